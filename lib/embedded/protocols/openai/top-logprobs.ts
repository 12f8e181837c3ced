import type { Completion } from '@/lib/embedded/completions';
import type { ServedModel } from './served-model';

export type TopToken = { readonly token: number; readonly logprob: number };

/** The `count` likeliest tokens at each place of a completion, at temperature 1; empty for 0. */
export async function topLogprobs(
  model: ServedModel,
  {
    completion,
    count,
    signal,
  }: { readonly completion: Completion; readonly count: number; readonly signal: AbortSignal },
): Promise<readonly (readonly TopToken[])[]> {
  if (count === 0 || completion.tokens.length === 0) return [];
  const { promptTokens, tokens } = completion;
  const found = await model.likeliest([...promptTokens, ...tokens], count, signal);
  return Array.from(tokens, (_, at) => {
    const row = (promptTokens.length + at) * count;
    return Array.from({ length: count }, (_unused, column) => ({
      token: found.tokens[row + column] ?? 0,
      logprob: found.logprobs[row + column] ?? NaN,
    }));
  });
}
