import { CHAOS_STEPS } from './chaos-recipe';
import type { ChaosOutcome } from './chaos-run';

/**
 * `same` = it ended as an undisturbed run does: the same last step, weight version, rewards and every other number that
 * the seed fixes. `failed` = it says that it failed, and why. Anything else is a fault of ours, in words.
 */
export type ChaosVerdict = 'same' | 'failed' | { readonly fault: string };

/** Counts of failures and repetitions are what a disturbance may change. */
const MAY_DIFFER = /^rollout\/(failed|tool_)/;

export function judgeChaos(outcome: ChaosOutcome, undisturbed: ChaosOutcome): ChaosVerdict {
  if (outcome.status === 'failed') {
    return outcome.reason === null ? { fault: 'it failed without a reason' } : 'failed';
  }
  if (outcome.status !== 'succeeded') return { fault: `it ended as ${outcome.status}` };
  if (outcome.step !== CHAOS_STEPS) return { fault: `it ended at step ${outcome.step}` };
  const names = new Set([...Object.keys(outcome.series), ...Object.keys(undisturbed.series)]);
  const other = [...names].filter(
    (name) => !MAY_DIFFER.test(name) && !Object.is(outcome.series[name], undisturbed.series[name]),
  );
  const [first] = other;
  if (first === undefined) return 'same';
  const [is, was] = [outcome.series[first], undisturbed.series[first]];
  return { fault: `${other.length} numbers differ, the first ${first}: ${is} instead of ${was}` };
}
