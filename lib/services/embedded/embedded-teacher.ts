import { open } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ServiceError } from '../service-error';
import type { Teacher } from '../teacher';
import { connectEmbedded } from './connect-embedded';
import type { SessionOptions } from './embedded-session';
import type { WireShape } from './native-wire';

export type EmbeddedTeacherOptions = Omit<SessionOptions, 'shape'> & {
  /** A run's checkpoint folder or a saved state in it: absolute, or below the data directory. */
  readonly checkpoint: string;
  /** Temperature at which the student samples. */
  readonly temperature: number;
};

/** The saved state that a recipe means by a checkpoint folder, or by the file itself. */
export function teacherStateFile(dataDir: string, checkpoint: string): string {
  const named = path.resolve(dataDir, checkpoint);
  return path.extname(named) === STATE_EXTENSION ? named : path.join(named, STATE_FILE);
}

/** A saved embedded model as a teacher, of whatever shape it was saved with. It is opened when it is first asked. */
export function createEmbeddedTeacher(options: EmbeddedTeacherOptions): Teacher {
  const file = teacherStateFile(options.dataDir, options.checkpoint);
  let opened: ReturnType<typeof openModel> | null = null;

  async function openModel(signal: AbortSignal) {
    const { training } = connectEmbedded({ ...options, shape: await readShape(file) });
    await training.open({ baseModel: 'embedded', tuning: { kind: 'full' }, seed: 0 }, signal);
    await training.loadState({ path: file, bytes: 0 }, signal);
    return training;
  }

  return {
    logprobs: async (batch, signal) => {
      opened ??= openModel(signal);
      const training = await opened.catch((error: unknown) => {
        opened = null;
        throw error;
      });
      return training.forward(batch, 'policy', signal);
    },
    close: async () => {
      const training = await opened?.catch(() => null);
      opened = null;
      await training?.close();
    },
  };
}

const STATE_EXTENSION = '.safetensors';
/** Where a checkpoint folder of a run keeps the state of its service. */
const STATE_FILE = `service-state${STATE_EXTENSION}`;
const LENGTH_BYTES = 8;
const MAX_HEADER_BYTES = 1024 * 1024;
const Header = z.looseObject({ __metadata__: z.looseObject({ shape: z.string() }) });
const SHAPE = /^width (\d+), layers (\d+), heads (\d+), context (\d+)$/;

/** The shape that a saved state says of itself. */
async function readShape(file: string): Promise<z.infer<typeof WireShape>> {
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer: prefix } = await handle.read(Buffer.alloc(LENGTH_BYTES), 0, LENGTH_BYTES, 0);
      const length = Math.min(MAX_HEADER_BYTES, Number(prefix.readBigUInt64LE(0)));
      const { buffer: header } = await handle.read(Buffer.alloc(length), 0, length, LENGTH_BYTES);
      const { shape } = Header.parse(JSON.parse(header.toString('utf8'))).__metadata__;
      const [, width, layers, heads, context] = (SHAPE.exec(shape) ?? []).map(Number);
      return z
        .object({ modelWidth: z.number(), layers: z.number(), heads: z.number(), context: z.number() })
        .parse({ modelWidth: width, layers, heads, context });
    } finally {
      await handle.close();
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new ServiceError(
      'rejected',
      `The teacher ${file} cannot be read as a saved embedded model: ${detail}. ` +
        'Name a checkpoint of a run, such as checkpoints/run-12/step-300 below the data folder.',
      { retryable: false, cause: error },
    );
  }
}
