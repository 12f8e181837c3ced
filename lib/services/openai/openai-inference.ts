import { randomUUID } from 'node:crypto';
import { generationOf } from '../generation-of';
import type { GenerateRequest, InferenceService } from '../inference-service';
import { ServiceError } from '../service-error';
import { prefixOf } from './choose-endpoint';
import type { OpenAiParts } from './connect-openai';
import type { Ask, Drawn } from './dialect';
import type { Endpoint } from './endpoint';
import type { ServedModels } from './served-models';

export type OpenAiInferenceParts = OpenAiParts & {
  readonly models: ServedModels;
  readonly isFrozenForSync: boolean;
};

/** Cuts for new weights that one answer may go through; a server that aborts on and on is at fault. */
const MAX_CONTINUATIONS = 32;

export function createOpenAiInference(parts: OpenAiInferenceParts): InferenceService {
  const { dialect, pool, weights, gate, models } = parts;
  const drawWhole = createDrawWhole(parts);

  return {
    async generate(request, signal) {
      const read = await models.tokenizer(signal);
      const prompt = request.promptTokens ?? read.encode(request.prompt);
      const drawn = await drawWhole(prompt, request, signal);
      return generationOf({ prompt, ...drawn }, request, read);
    },
    async encode(texts, { appendEnd }, signal) {
      const read = await models.tokenizer(signal);
      const end = appendEnd ? read.eosTokenIds.slice(0, 1) : [];
      return texts.map((text) => [...read.encode(text), ...end]);
    },
    async logprobs(tokens, signal) {
      await gate.pass(signal);
      return await pool.call(({ requester }, each) => dialect.score(requester, tokens, each), {
        operation: 'logprobs',
        prefix: prefixOf(tokens),
        signal,
      });
    },
    async loadWeights(ref, signal) {
      const open = parts.isFrozenForSync ? gate.close() : () => undefined;
      try {
        await weights.load(ref, signal);
      } finally {
        open();
      }
    },
    health: (signal) => models.health(signal),
    close() {
      pool.close();
      weights.close();
      return Promise.resolve();
    },
  };
}

/** An answer that was cut off for new weights goes on from where it was. */
function createDrawWhole(parts: OpenAiParts) {
  const { dialect, gate, weights } = parts;
  const drawOnce = createDraw(parts);
  return async (prompt: readonly number[], request: GenerateRequest, signal: AbortSignal) => {
    const tokens: number[] = [];
    const logprobs: number[] = [];
    const id = `galley-${randomUUID()}`;
    let oldest: number | null = null;
    for (let part = 0; part <= MAX_CONTINUATIONS; part++) {
      await gate.pass(signal);
      const version = weights.current?.version ?? 0;
      const drawn = await drawOnce(
        {
          id: `${id}-${part}`,
          prompt: [...prompt, ...tokens],
          maxTokens: request.maxTokens - tokens.length,
          temperature: request.temperature,
          stop: request.stop,
          stopTokens: request.stopTokens ?? [],
          seed: request.seed,
        },
        { prefix: prefixOf(prompt), version },
        signal,
      );
      tokens.push(...drawn.tokens);
      logprobs.push(...drawn.logprobs);
      if (drawn.tokens.length > 0 || oldest === null) oldest = Math.min(oldest ?? version, version);
      if (drawn.end !== 'aborted') return { tokens, logprobs, stopReason: drawn.end, version: oldest };
      if (tokens.length >= request.maxTokens)
        return { tokens, logprobs, stopReason: 'length', version: oldest } as const;
    }
    throw new ServiceError('rejected', `${dialect.name}: generate was aborted ${MAX_CONTINUATIONS} times`, {
      retryable: true,
    });
  };
}

type DrawPlace = {
  readonly prefix: number;
  /** Of the weights when the call was made. */
  readonly version: number;
};

/** One request to one server of the pool, or to several after failures. */
function createDraw({ dialect, pool, weights }: OpenAiParts) {
  return async (ask: Ask, { prefix, version }: DrawPlace, signal: AbortSignal): Promise<Drawn> => {
    let attempt = 0;
    return await pool.call(
      async (endpoint, each) => {
        attempt += 1;
        const id = `${ask.id}-${attempt}`;
        const drawn = await draw(endpoint, { ...ask, id }, each);
        await refuseStale(endpoint, { drawn, version, signal: each });
        return drawn;
      },
      { operation: 'generate', prefix, signal },
    );
  };

  async function draw({ requester }: Endpoint, ask: Ask, signal: AbortSignal): Promise<Drawn> {
    try {
      return await dialect.draw(requester, ask, signal);
    } catch (error) {
      const isOurEnd = signal.aborted || (error instanceof ServiceError && error.kind === 'timeout');
      if (isOurEnd) dialect.abandon(requester, ask.id);
      throw error;
    }
  }

  /** A server that was started anew answers with the weights that it was started with. */
  async function refuseStale(
    endpoint: Endpoint,
    {
      drawn,
      version,
      signal,
    }: { readonly drawn: Drawn; readonly version: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const { weightVersion: told } = drawn;
    const { current, areVersionsTold } = weights;
    if (current === null || !areVersionsTold || told === null) return;
    if (told === String(current.version) || told === String(version)) return;
    await weights.restore(endpoint, signal);
    throw new ServiceError(
      'rejected',
      `${dialect.name} at ${endpoint.address}: generate answered with weights ${told} instead of ${version}; they were loaded again`,
      { retryable: true },
    );
  }
}
