import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import type { InferenceService } from '../inference-service';
import { ServiceError } from '../service-error';
import { createTokenInference, stopTokensOf, type TokenAsk } from '../token-inference';
import { SERVICE_NAME, type TinkerConnection } from './tinker-connection';
import { tinkerHealth } from './tinker-health';
import type { TinkerModel } from './tinker-model';
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

export function createTinkerInference(parts: TinkerInferenceParts): InferenceService {
  const { model, operations } = parts;
  return createTokenInference({
    service: SERVICE_NAME,
    tokenizerName: () => model.current().tokenizerId,
    loadTokenizer: parts.loadTokenizer,
    open: (path, version, signal) => model.openSampler(path, { version, signal }),
    async draw(from, asked, signal) {
      const { maxTokens, temperature, seed, topP = 1 } = asked.request;
      const ask = { prompt: asked.prompt, maxTokens, temperature, topP, seed, stop: stopsOf(asked) };
      const result = await sampleOnce(operations, from, { ask: { ...ask, promptLogprobs: false }, signal });
      const [sequence] = result.sequences;
      if (sequence === undefined) throw new ServiceError('protocol', 'Tinker: Sample gave no sequence');
      return sequence;
    },
    logprobs: (from, tokens, signal) => promptLogprobs(operations, from, { tokens, signal }),
    health: (signal) => tinkerHealth(parts, signal),
    close: () => model.close(),
  });
}

/** A request takes strings or token ids. */
function stopsOf(ask: TokenAsk): readonly string[] | readonly number[] {
  const { request, tokenizer } = ask;
  const ids = stopTokensOf(ask);
  if (request.stop.length === 0) return ids;
  const texts = ids.map((id) => tokenizer.decode([id], { skipSpecialTokens: false }));
  return [...request.stop, ...texts.filter((text) => text !== '')];
}
