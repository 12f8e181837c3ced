import { useEffect, useEffectEvent, useState } from 'react';
import type { PreflightAnswer } from '@/lib/api-client/preflight';
import type { PreflightCheck } from '@/lib/launch/launch';
import type { LaunchPlan } from './studio-actions';

/** Makes the checks of a launch, and tells of them as they come. */
export type MakeChecks = (
  plan: LaunchPlan,
  listening: {
    readonly onChecks: (checks: readonly PreflightCheck[]) => void;
    readonly signal: AbortSignal;
  },
) => Promise<PreflightAnswer>;

type Found = {
  /** So far; null before the first is known. */
  readonly checks: readonly PreflightCheck[] | null;
  /** Null until all are done. */
  readonly preflight: PreflightAnswer | null;
  readonly refusal: string | null;
};

const NOTHING: Found = { checks: null, preflight: null, refusal: null };

/** The checks of a plan, made anew whenever it changes; none while there is no plan. */
export function useLaunchChecks(makeChecks: MakeChecks, plan: LaunchPlan | null) {
  const [found, setFound] = useState(NOTHING);
  const [round, setRound] = useState(0);
  const identity = JSON.stringify([plan, round]);
  const [shown, setShown] = useState(identity);
  // what was found of another plan must not be seen with this one
  if (shown !== identity) {
    setShown(identity);
    setFound(NOTHING);
  }
  const make = useEffectEvent((signal: AbortSignal) => {
    const tell = (change: Partial<Found>): void => {
      if (!signal.aborted) setFound((before) => ({ ...before, ...change }));
    };
    if (plan === null) return;
    makeChecks(plan, { signal, onChecks: (checks) => tell({ checks }) }).then(
      (preflight) => tell({ preflight, checks: preflight.checks }),
      (error: unknown) => tell({ refusal: error instanceof Error ? error.message : String(error) }),
    );
  });
  // Outside system: the server's checks, which see the files as saved.
  useEffect(() => {
    const left = new AbortController();
    make(left.signal);
    return () => left.abort();
  }, [identity]);
  return {
    ...found,
    refuse: (refusal: string) => setFound((before) => ({ ...before, refusal })),
    again: () => setRound((count) => count + 1),
  };
}
