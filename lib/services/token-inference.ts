import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';
import { BYTES_TOKENIZER } from '@/lib/tokenizers/byte-vocabulary';
import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import { generationOf } from './generation-of';
import type { GenerateRequest, InferenceService } from './inference-service';
import { ServiceError } from './service-error';

/** What one samples from: fixed weights of a version. */
export type Versioned = { readonly version: number };

export type TokenAsk = {
  readonly prompt: readonly number[];
  readonly request: GenerateRequest;
  readonly tokenizer: Tokenizer;
};

export type TokenSequence = {
  readonly tokens: readonly number[];
  readonly logprobs: readonly number[] | null;
  readonly stopReason: 'stop' | 'length';
};

export type TokenInferenceParts<S extends Versioned> = {
  /** In messages. */
  readonly service: string;
  /** How the service names the tokenizer of the open model; null = it does not. */
  readonly tokenizerName: () => string | null;
  /** The tokenizer that the recipe names; asked for once. */
  readonly loadTokenizer: () => Promise<Tokenizer>;
  readonly open: (path: string, version: number, signal: AbortSignal) => Promise<S>;
  readonly draw: (from: S, ask: TokenAsk, signal: AbortSignal) => Promise<TokenSequence>;
  readonly logprobs: (from: S, tokens: readonly number[], signal: AbortSignal) => Promise<Float32Array>;
  readonly health: InferenceService['health'];
  readonly close: () => Promise<void>;
};

/** Samples under way at once, as many as Tinker's SDK has; the rest wait here. */
const MAX_SAMPLES = 400;

/** Inference at a service that takes and gives token ids: text is made here. */
export function createTokenInference<S extends Versioned>(parts: TokenInferenceParts<S>): InferenceService {
  const slots = createSlots(MAX_SAMPLES);
  let sampler: { readonly from: S } | null = null;
  let loading: Promise<Tokenizer> | null = null;

  function tokenizer(): Promise<Tokenizer> {
    if (parts.tokenizerName() === BYTES_TOKENIZER) return Promise.resolve(byteTokenizer);
    loading ??= parts.loadTokenizer();
    return loading;
  }

  function current(): S {
    if (sampler !== null) return sampler.from;
    const message = `${parts.service}: no weights were published to sample from`;
    throw new ServiceError('rejected', message, { retryable: false });
  }

  return {
    async generate(request, signal) {
      const read = await tokenizer();
      const prompt = request.promptTokens ?? read.encode(request.prompt);
      const from = current();
      const ask = { prompt, request, tokenizer: read };
      const sequence = await slots.run(() => parts.draw(from, ask, signal), signal);
      if (sequence.logprobs?.length !== sequence.tokens.length) {
        throw new ServiceError(
          'protocol',
          `${parts.service}: a sample has no log-probability for each of its tokens`,
        );
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
    logprobs: (tokens, signal) => parts.logprobs(current(), tokens, signal),
    async loadWeights(ref, signal) {
      sampler = { from: await parts.open(ref.path, ref.version, signal) };
    },
    health: parts.health,
    close: parts.close,
  };
}

/** Ids that end a completion: a request's, and the model's own, since not every service stops there by itself. */
export function stopTokensOf({ request, tokenizer }: TokenAsk): readonly number[] {
  return [...new Set([...(request.stopTokens ?? []), ...tokenizer.eosTokenIds])];
}

/** One entry per token (entry 0 is 0), of a reply that has one for each, or leaves out the first. */
export function promptRow(
  service: string,
  tokens: readonly number[],
  row: readonly (number | null)[] | null,
): Float32Array {
  const rest = row?.length === tokens.length ? row.slice(1) : row;
  if (rest?.length === tokens.length - 1) return Float32Array.from([0, ...rest.map((value) => value ?? NaN)]);
  const message = `${service}: ${row?.length ?? 'no'} log-probabilities were told for a prompt of ${tokens.length} tokens`;
  throw new ServiceError('protocol', message);
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
