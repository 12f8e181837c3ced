import type { TrajectorySequence } from '@/lib/domain/trajectory-sequence';

/** Arrays of a stretch of tokens, all of one length. */
export type Tokens = {
  readonly tokens: readonly number[];
  readonly texts: readonly string[];
  readonly logprobs: readonly number[];
  /** 1 = trained on. */
  readonly lossMask: readonly number[];
};

/** The arrays of a stretch of a sequence. */
export function tokensOf(
  sequence: TrajectorySequence | undefined,
  { start, end }: { readonly start: number; readonly end?: number },
): Tokens {
  return {
    tokens: sequence?.tokens.slice(start, end) ?? [],
    texts: sequence?.tokenTexts.slice(start, end) ?? [],
    logprobs: sequence?.logprobs.slice(start, end) ?? [],
    lossMask: sequence?.lossMask.slice(start, end) ?? [],
  };
}

export function sliceTokens(all: Tokens, start: number, end: number): Tokens {
  return {
    tokens: all.tokens.slice(start, end),
    texts: all.texts.slice(start, end),
    logprobs: all.logprobs.slice(start, end),
    lossMask: all.lossMask.slice(start, end),
  };
}
