export type AttemptStart = { readonly number: number; readonly startStep: number };

/**
 * First step from which an attempt's points and rollouts are stale, because a later attempt trained that step again.
 * (A checkpoint's `step` counts completed steps: the one that the later attempt started from is not stale.)
 */
export function staleFrom(attempts: readonly AttemptStart[], attempt: number): number {
  return Math.min(
    Infinity,
    ...attempts.filter(({ number }) => number > attempt).map(({ startStep }) => startStep),
  );
}
