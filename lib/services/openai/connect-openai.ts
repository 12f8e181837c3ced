import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import { pause } from '../retry';
import type { InferenceService } from '../inference-service';
import { type Chat, createChat } from './chat';
import { createCompletionsDialect } from './completions-dialect';
import type { Dialect } from './dialect';
import { openEndpoint } from './endpoint';
import { createEndpointPool, type EndpointPool } from './endpoint-pool';
import { createGate, type Gate } from './gate';
import { noWeights } from './no-weights';
import { optionalCall } from './optional-call';
import { createOpenAiInference } from './openai-inference';
import { createServedModels } from './served-models';
import { createSglangDialect } from './sglang-dialect';
import { vllmWeights } from './vllm-weights';
import { createWeightSync, type WeightSync } from './weight-sync';

export type OpenAiBackend = 'sglang' | 'vllm' | 'openai';

export type OpenAiOptions = {
  readonly backend: OpenAiBackend;
  /** As `serverAddresses` gives them. */
  readonly addresses: readonly string[];
  readonly apiKey: string | null;
  /** The served name; null = the server's only one. */
  readonly model: string | null;
  /** The tokenizer that the recipe names; asked for once, and only where the servers do not serve the embedded model's. */
  readonly loadTokenizer: () => Promise<Tokenizer>;
  /** New requests wait while weights change. */
  readonly freezeForWeightSync?: boolean;
  readonly maxAttempts?: number;
  /** For one attempt at a generation. */
  readonly timeoutMs?: number;
  readonly watchEveryMs?: number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random?: () => number;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
  /** What a person should know of, such as a server without the newest weights. */
  readonly onMessage?: (message: string) => void;
};

/** The reference framework's. */
const TIMEOUT_MS = 1_000_000;
const ATTEMPTS = 4;
const WATCH_EVERY_MS = 10_000;
const HEALTH_TIMEOUT_MS = 5_000;

/** What the parts of the client share. */
export type OpenAiParts = {
  readonly dialect: Dialect;
  readonly pool: EndpointPool;
  readonly weights: WeightSync;
  /** Closed while weights change. */
  readonly gate: Gate;
};

/** A client of the servers of one model. Nothing is contacted before the first call. */
export function connectOpenAi(options: OpenAiOptions): {
  readonly inference: InferenceService;
  /** For who needs text rather than tokens. */
  readonly chat: Chat;
} {
  const parts = connectParts(options);
  const models = createServedModels(parts.pool, options);
  return {
    inference: createOpenAiInference({
      ...parts,
      models,
      isFrozenForSync: options.freezeForWeightSync ?? true,
    }),
    chat: createChat(parts.pool, options),
  };
}

function connectParts(options: OpenAiOptions): OpenAiParts {
  const { apiKey, sleep = pause, random = Math.random, onMessage = () => undefined } = options;
  const dialect = dialectOf(options);
  const { name } = dialect;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const gate = createGate();
  const pool: EndpointPool = createEndpointPool({
    name,
    addresses: options.addresses,
    apiKey,
    timeoutMs,
    maxAttempts: options.maxAttempts ?? ATTEMPTS,
    sleep,
    random,
    now: options.now ?? (() => performance.now()),
    watchEveryMs: options.watchEveryMs ?? WATCH_EVERY_MS,
    gate,
    canLookAtWeights: () => weights.areVersionsTold,
    async probe({ requester }, signal) {
      const call = { operation: 'health', method: 'GET', path: '/health', schema: z.unknown() } as const;
      // whoever lacks this path is alive too
      await optionalCall(requester, { ...call, timeoutMs: HEALTH_TIMEOUT_MS }, signal);
    },
    restore: (endpoint, signal) => weights.restore(endpoint, signal),
  });
  const weights = createWeightSync({
    name,
    loader: dialect.weights,
    endpoints: pool.endpoints,
    openWorker: (address) => openEndpoint(address, { name, apiKey, timeoutMs, sleep, random }),
    // where requests are not held meanwhile, there is no end to wait for
    drained: (signal) => (options.freezeForWeightSync === false ? Promise.resolve() : pool.drained(signal)),
    onUnreachable: (endpoint) => pool.eject(endpoint),
    onMessage,
  });
  return { dialect, pool, weights, gate };
}

function dialectOf({ backend, model }: OpenAiOptions): Dialect {
  switch (backend) {
    case 'sglang':
      return createSglangDialect();
    case 'vllm':
      return createCompletionsDialect({ name: 'vLLM', model, weights: vllmWeights });
    case 'openai':
      return createCompletionsDialect({ name: 'OpenAI server', model, weights: noWeights });
  }
}
