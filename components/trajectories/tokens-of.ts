import type { TrajectorySequence } from '@/lib/domain/trajectory-sequence';

/** The arrays of a stretch of a sequence, for `TokenText`. */
export function tokensOf(
  sequence: TrajectorySequence | undefined,
  { start, end }: { readonly start: number; readonly end?: number },
) {
  return {
    tokens: sequence?.tokens.slice(start, end) ?? [],
    texts: sequence?.tokenTexts.slice(start, end) ?? [],
    logprobs: sequence?.logprobs.slice(start, end) ?? [],
  };
}
