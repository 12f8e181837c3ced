import type { Run } from '@/lib/domain/run';
import { windowMeans } from '@/lib/insight/window-means';

/** What `galley run --json` prints at the end. */
export type RunSummary = {
  readonly id: number;
  readonly status: Run['status'];
  readonly steps: number;
  /** In GRPO steps alone: warm start, validation and pauses excluded. */
  readonly seconds: number;
  readonly reward: {
    readonly first: number | null;
    readonly last: number | null;
    readonly best: number | null;
  };
  readonly validation: { readonly before: number | null; readonly after: number | null };
};

/** A mean reward on the held-out tasks, after so many steps. */
export type ValidationPoint = { readonly step: number; readonly reward: number };

/** `rewards` and `validations` are in step order. */
export function summarizeRun(
  run: Run,
  rewards: readonly number[],
  validations: readonly ValidationPoint[],
): RunSummary {
  const { first, last, best } = windowMeans(rewards);
  return {
    id: run.id,
    status: run.status,
    steps: run.step,
    seconds: Math.round(run.trainSeconds * 1000) / 1000,
    reward: { first, last, best },
    validation: {
      before: validations.find(({ step }) => step === 0)?.reward ?? null,
      after: validations.findLast(({ step }) => step > 0)?.reward ?? null,
    },
  };
}
