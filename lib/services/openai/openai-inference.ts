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
  const { dialect } = parts;
  const drawOnce = createDraw(parts);
  return async (prompt: readonly number[], request: GenerateRequest, signal: AbortSignal) => {
    const tokens: number[] = [];
    const logprobs: number[] = [];
    const id = `galley-${randomUUID()}`;
    let oldest: number | null = null;
    for (let part = 0; part <= MAX_CONTINUATIONS; part++) {
      const drawn = await drawOnce(
        {
          id: `${id}-${part}`,
          prompt: [...prompt, ...tokens],
          maxTokens: request.maxTokens - tokens.length,
          temperature: request.temperature,
          topP: request.topP ?? 1,
          stop: request.stop,
          stopTokens: request.stopTokens ?? [],
          seed: request.seed,
        },
        prefixOf(prompt),
        signal,
      );
      tokens.push(...drawn.tokens);
      logprobs.push(...drawn.logprobs);
      // weights only get newer: the first part's are the oldest
      if (drawn.tokens.length > 0) oldest ??= drawn.version;
      const isFull = tokens.length >= request.maxTokens;
      const stopReason = drawn.end === 'aborted' && isFull ? 'length' : drawn.end;
      if (stopReason !== 'aborted') return { tokens, logprobs, stopReason, version: oldest ?? drawn.version };
    }
    throw new ServiceError('rejected', `${dialect.name}: generate was aborted ${MAX_CONTINUATIONS} times`, {
      retryable: true,
    });
  };
}

/** One request to one server of the pool, or to several after failures. Tells the version of the weights that it began with. */
function createDraw({ dialect, pool, weights }: OpenAiParts) {
  return async (
    ask: Ask,
    prefix: number,
    signal: AbortSignal,
  ): Promise<Drawn & { readonly version: number }> => {
    let attempt = 0;
    return await pool.call(
      async (endpoint, each) => {
        const version = weights.current?.version ?? 0;
        attempt += 1;
        const drawn = await draw(endpoint, { ...ask, id: `${ask.id}-${attempt}` }, each);
        await refuseStale(endpoint, { drawn, version, signal: each });
        return { ...drawn, version };
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
    if (told === null || weights.accepts(told, version)) return;
    // a load under way will reach this server too
    if (!weights.isLoading) await weights.restore(endpoint, signal);
    throw new ServiceError(
      'rejected',
      `${dialect.name} at ${endpoint.address}: generate answered with weights ${told} instead of ${version}`,
      { retryable: true },
    );
  }
}
