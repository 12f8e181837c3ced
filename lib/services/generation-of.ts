import type { StopReason } from '@/lib/domain/trajectory';
import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import type { GenerateRequest, Generation } from './inference-service';

/** A completion as token ids, from a service that knows nothing of texts. */
export type DrawnTokens = {
  readonly prompt: readonly number[];
  readonly tokens: readonly number[];
  readonly logprobs: readonly number[];
  readonly stopReason: StopReason;
  readonly version: number;
};

/** Puts texts to the tokens, by the tokenizer that the service reads with. */
export function generationOf(
  { prompt, tokens, logprobs, stopReason, version }: DrawnTokens,
  request: GenerateRequest,
  read: Tokenizer,
): Generation {
  const text = read.decode(tokens);
  const ends = request.stop.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  const textOf = tokenTexts(read);
  return {
    promptTokens: prompt,
    tokens,
    logprobs,
    tokenTexts: [...prompt.map(textOf), ...tokens.map(textOf)],
    text: ends.length === 0 ? text : text.slice(0, Math.min(...ends)),
    stopReason,
    weightVersion: version,
  };
}

const known = new WeakMap<Tokenizer, Map<number, string>>();

/** A run shows the same few thousand tokens again and again: each is decoded once. */
function tokenTexts(read: Tokenizer): (token: number) => string {
  const texts = known.get(read) ?? new Map<number, string>();
  known.set(read, texts);
  return (token) => {
    let text = texts.get(token);
    if (text === undefined) {
      text = read.decode([token], { skipSpecialTokens: false });
      texts.set(token, text);
    }
    return text;
  };
}
