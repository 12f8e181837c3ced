import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';
import type { GenerateRequest, Generation, InferenceService } from '../inference-service';
import type { TrainingService } from '../training-service';

const Saved = z.object({ steps: z.number().int() });

/**
 * Services without a model, to try a recipe's plumbing: answers are a pure function of prompt and seed, training counts
 * its steps, states are files of a few bytes. Nothing is learned.
 */
export function createMockServices({ stateFolder }: { readonly stateFolder: string }): {
  readonly inference: InferenceService;
  readonly training: TrainingService;
} {
  let version = 0;
  const health = () =>
    Promise.resolve({ ok: true, model: 'mock', detail: 'no model: answers are made up' } as const);
  const close = () => Promise.resolve();
  const inference: InferenceService = {
    generate: (request, signal) => {
      signal.throwIfAborted();
      return Promise.resolve({ ...answer(request), weightVersion: version });
    },
    encode: (texts, { appendEnd }) =>
      Promise.resolve(texts.map((text) => [...byteTokenizer.encode(text), ...(appendEnd ? end() : [])])),
    logprobs: (tokens) => Promise.resolve(new Float32Array(tokens.length)),
    loadWeights: () => Promise.resolve(),
    health,
    close,
  };
  return { inference, training: mockTraining({ stateFolder, published: () => ++version, health, close }) };
}

function mockTraining(parts: {
  readonly stateFolder: string;
  /** Counts and gives the version of the weights. */
  readonly published: () => number;
  readonly health: TrainingService['health'];
  readonly close: TrainingService['close'];
}): TrainingService {
  let steps = 0;
  const done = new Set<string>();
  return {
    open: () => Promise.resolve(),
    forward: (batch) => Promise.resolve(batch.map(({ tokens }) => new Float32Array(tokens.length))),
    freezeReference: () => Promise.resolve(),
    trainStep: ({ operationId }, signal) => {
      signal.throwIfAborted();
      if (!done.has(operationId)) steps += 1;
      done.add(operationId);
      return Promise.resolve({ loss: 0, ppo_kl: 0, grad_norm: 0 });
    },
    publishWeights: (label) => Promise.resolve({ path: label, version: parts.published() }),
    saveState: async (label) => {
      await mkdir(parts.stateFolder, { recursive: true });
      const file = path.join(parts.stateFolder, `${label}.json`);
      await writeFile(file, JSON.stringify({ steps }));
      return { path: file, bytes: (await stat(file)).size };
    },
    loadState: async (ref) => {
      steps = Saved.parse(JSON.parse(await readFile(ref.path, 'utf8'))).steps;
    },
    health: parts.health,
    close: parts.close,
  };
}

function answer(request: GenerateRequest): Omit<Generation, 'weightVersion'> {
  const promptTokens = request.promptTokens ?? byteTokenizer.encode(request.prompt);
  const hash = createHash('sha256').update(`${request.seed ?? 0}|${promptTokens.join(',')}`);
  const text = `mock ${hash.digest('hex').slice(0, 8)}`.slice(0, Math.max(0, request.maxTokens - 1));
  const tokens = [...byteTokenizer.encode(text), ...end()];
  const tokenTexts = [...promptTokens, ...tokens].map((token) => byteTokenizer.decode([token]));
  return {
    promptTokens,
    tokens,
    logprobs: tokens.map(() => -1),
    tokenTexts,
    text,
    stopReason: 'stop',
  };
}

function end(): readonly number[] {
  return byteTokenizer.eosTokenIds.slice(0, 1);
}
