import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { VOCABULARY_SIZE } from '@/lib/tokenizers/byte-vocabulary';
import type { HostedModel } from './hosted-model';
import { insideOf } from './inside-of';
import type { ModelShape } from './model/learner';
import { Refusal } from './refusal';
import { reasonOf, replaceFile } from './state-files';

// A model's weights as inference servers take them: a folder with `config.json` and `model.safetensors`, by the names of
// Hugging Face checkpoints. Its tensors are ours, so only the embedded service can load it.

const MODEL_TYPE = 'galley-embedded';
const CONFIG_FILE = 'config.json';
const WEIGHTS_FILE = 'model.safetensors';

const positive = z.number().int().positive();
const FolderConfig = z.object({
  model_type: z.literal(MODEL_TYPE),
  hidden_size: positive,
  num_hidden_layers: positive,
  num_attention_heads: positive,
  max_position_embeddings: positive,
});

export type WeightFolder = {
  /** Absolute. */
  readonly path: string;
  readonly shape: ModelShape;
  /** For `HostedModel.loadState(weightsFile, { optimizer: false })`, which publishes too. */
  readonly weightsFile: string;
};

/**
 * Writes the weights being trained to a folder below the data directory, which replaces one of that name. The folder is
 * whole or not there, whenever the process dies.
 */
export async function writeWeightFolder(
  dataDir: string,
  folder: string,
  model: Pick<HostedModel, 'shape' | 'saveState'>,
): Promise<WeightFolder & { readonly bytes: number }> {
  const target = await insideOf(dataDir, folder);
  if (target === path.resolve(dataDir)) {
    throw new Refusal('invalid_request', 'The weights need a folder of their own below the data directory');
  }
  const suffix = randomBytes(6).toString('hex');
  const building = `${target}.${suffix}.tmp`;
  try {
    const { bytes } = await model.saveState(path.join(building, WEIGHTS_FILE), { optimizer: false });
    await replaceFile(path.join(building, CONFIG_FILE), Buffer.from(describe(model.shape)));
    await putInPlace(building, target, `${target}.${suffix}.old`);
    return { path: target, shape: model.shape, weightsFile: path.join(target, WEIGHTS_FILE), bytes };
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    if (error instanceof Refusal) throw error;
    throw new Refusal('storage', `Could not write the weights to ${target}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** What a folder of weights holds; refuses one that is not there, not whole, or of another kind of model. */
export async function readWeightFolder(dataDir: string, folder: string): Promise<WeightFolder> {
  const target = await insideOf(dataDir, folder);
  const config = parseConfig(await readConfig(target), target);
  const weightsFile = path.join(target, WEIGHTS_FILE);
  await stat(weightsFile).catch((error: unknown) => {
    throw unreadable(target, error);
  });
  return {
    path: target,
    weightsFile,
    shape: {
      modelWidth: config.hidden_size,
      layers: config.num_hidden_layers,
      heads: config.num_attention_heads,
      context: config.max_position_embeddings,
    },
  };
}

/** A folder cannot be renamed onto a full one: the old one steps aside first. */
async function putInPlace(building: string, target: string, aside: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  const hadOne = await rename(target, aside).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    },
  );
  await rename(building, target);
  if (hadOne) await rm(aside, { recursive: true, force: true });
}

function describe({ modelWidth, layers, heads, context }: ModelShape): string {
  const config: z.infer<typeof FolderConfig> = {
    model_type: MODEL_TYPE,
    hidden_size: modelWidth,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    max_position_embeddings: context,
  };
  return `${JSON.stringify({ ...config, vocab_size: VOCABULARY_SIZE }, null, 2)}\n`;
}

async function readConfig(target: string): Promise<string> {
  try {
    return await readFile(path.join(target, CONFIG_FILE), 'utf8');
  } catch (error) {
    throw unreadable(target, error);
  }
}

function unreadable(target: string, error: unknown): Refusal {
  const message = `Could not read the weights in ${target}: ${reasonOf(error)}`;
  return new Refusal('invalid_state', message, { cause: error });
}

function parseConfig(text: string, target: string): z.infer<typeof FolderConfig> {
  try {
    return FolderConfig.parse(JSON.parse(text));
  } catch (error) {
    const message = `${path.join(target, CONFIG_FILE)} does not describe an embedded model: the embedded service loads weights that it has written itself`;
    throw new Refusal('invalid_state', message, { cause: error });
  }
}
