import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';
import { BYTES_TOKENIZER } from '@/lib/tokenizers/byte-vocabulary';
import { generationOf } from '../generation-of';
import type { GenerateRequest, InferenceService } from '../inference-service';
import { ServiceError } from '../service-error';
import type { TinkerConnection } from './tinker-connection';
import { tinkerHealth } from './tinker-health';
import type { Sampler, TinkerModel } from './tinker-model';
import type { Operations } from './tinker-operations';
import { promptLogprobs, sampleOnce } from './tinker-sampling';

export type TinkerInferenceParts = {
  readonly connection: TinkerConnection;
  readonly operations: Operations;
  readonly model: TinkerModel;
  readonly baseModel: string;
  /** The tokenizer that the recipe names; asked for once, and only where the service does not serve the embedded model's. */
  readonly loadTokenizer: () => Promise<Tokenizer>;
};

/** Samples under way at once, as many as the SDK has; the rest wait here. */
const MAX_SAMPLES = 400;

export function createTinkerInference(parts: TinkerInferenceParts): InferenceService {
  const { model, operations } = parts;
  const slots = createSlots(MAX_SAMPLES);
  let sampler: Sampler | null = null;
  let loading: Promise<Tokenizer> | null = null;

  function tokenizer(): Promise<Tokenizer> {
    if (model.current().tokenizerId === BYTES_TOKENIZER) return Promise.resolve(byteTokenizer);
    loading ??= parts.loadTokenizer();
    return loading;
  }

  function currentSampler(): Sampler {
    if (sampler !== null) return sampler;
    throw new ServiceError('rejected', 'Tinker: no weights were published to sample from', {
      retryable: false,
    });
  }

  return {
    async generate(request, signal) {
      const read = await tokenizer();
      const prompt = request.promptTokens ?? read.encode(request.prompt);
      const from = currentSampler();
      const ask = {
        prompt,
        maxTokens: request.maxTokens,
        temperature: request.temperature,
        topP: request.topP ?? 1,
        seed: request.seed,
        stop: stopsOf(request, read),
        promptLogprobs: false,
      };
      const result = await slots.run(() => sampleOnce(operations, from, { ask, signal }), signal);
      const [sequence] = result.sequences;
      if (sequence?.logprobs?.length !== sequence?.tokens.length || sequence === undefined) {
        throw new ServiceError('protocol', 'Tinker: Sample gave no sequence with log-probabilities');
      }
      const { tokens, logprobs, stopReason } = sequence;
      const drawn = { prompt, tokens, logprobs: logprobs ?? [], stopReason, version: from.version };
      return generationOf(drawn, request, read);
    },
    async encode(texts, { appendEnd }, signal) {
      signal.throwIfAborted();
      const read = await tokenizer();
      const end = appendEnd ? read.eosTokenIds.slice(0, 1) : [];
      return texts.map((text) => [...read.encode(text), ...end]);
    },
    logprobs: (tokens, signal) => promptLogprobs(operations, currentSampler(), { tokens, signal }),
    async loadWeights(ref, signal) {
      sampler = await model.openSampler(ref.path, { version: ref.version, signal });
    },
    health: (signal) => tinkerHealth(parts, signal),
    close: () => model.close(),
  };
}

/** A request takes strings or token ids. Ends of the model's own are told too: not every service stops there by itself. */
function stopsOf(
  { stop, stopTokens = [] }: GenerateRequest,
  tokenizer: Tokenizer,
): readonly string[] | readonly number[] {
  const ids = [...new Set([...stopTokens, ...tokenizer.eosTokenIds])];
  if (stop.length === 0) return ids;
  const texts = ids.map((id) => tokenizer.decode([id], { skipSpecialTokens: false }));
  return [...stop, ...texts.filter((text) => text !== '')];
}

/** Lets so many run at once; who waits leaves when its signal aborts. */
function createSlots(count: number): { run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> } {
  let free = count;
  const waiting = new Set<() => void>();

  async function enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(begin);
        reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
      };
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      waiting.add(begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  return {
    async run(work, signal) {
      await enter(signal);
      try {
        return await work();
      } finally {
        const [next] = waiting;
        if (next === undefined) free += 1;
        else {
          waiting.delete(next);
          next();
        }
      }
    },
  };
}
