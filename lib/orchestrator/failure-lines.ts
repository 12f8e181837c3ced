import type { FailedRollout } from './rollout/rollout';

/** Failures of one step that get a line of their own; all are stored with their error. */
const LINES_PER_STEP = 3;
/** Steps for which a message that was told is only counted. */
const QUIET_STEPS = 20;
/** Messages remembered at once; an error that names its rollout is new each time. */
const REMEMBERED = 1000;

/** What the log is told of failed rollouts: the first of a step, each message once in a while, and how many more. */
export type FailureLines = {
  /** The line of a failure, or null when enough was said of it. */
  line(rollout: FailedRollout): string | null;
  /** What of a step got no line, by kind; null when all did. */
  summary(step: number, failed: readonly FailedRollout[]): string | null;
};

export function createFailureLines(): FailureLines {
  let told = { step: -1, count: 0 };
  const toldAt = new Map<string, number>();
  return {
    line: ({ task, failure, message }) => {
      if (told.step !== task.step) told = { step: task.step, count: 0 };
      const before = toldAt.get(message);
      const isKnown = before !== undefined && before !== task.step && task.step - before < QUIET_STEPS;
      if (isKnown || told.count >= LINES_PER_STEP) return null;
      told.count += 1;
      if (toldAt.size >= REMEMBERED) toldAt.clear();
      toldAt.set(message, task.step);
      return `Step ${task.step}, ${task.group}, sample ${task.sample} failed (${wordsOf(failure)}): ${message}`;
    },
    summary: (step, failed) => {
      const hidden = failed.length - (told.step === step ? told.count : 0);
      told = { step: -1, count: 0 };
      return hidden <= 0 ? null : `Step ${step}: ${hidden} more rollouts failed; in all ${countsOf(failed)}.`;
    },
  };
}

function countsOf(failed: readonly FailedRollout[]): string {
  const counts = new Map<string, number>();
  for (const { failure } of failed) counts.set(failure, (counts.get(failure) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} × ${wordsOf(kind)}`).join(', ');
}

function wordsOf(kind: string): string {
  return kind.replace('_', ' ');
}
