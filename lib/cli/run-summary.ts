import type { Run } from '@/lib/domain/run';

/** Steps over which first, last and best reward are averaged. */
export const SUMMARY_WINDOW = 9;

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

/** `rewards` and `validations` are in step order. */
export function summarizeRun(
  run: Run,
  rewards: readonly number[],
  validations: readonly number[],
): RunSummary {
  const means = windowMeans(rewards, SUMMARY_WINDOW);
  return {
    id: run.id,
    status: run.status,
    steps: run.step,
    seconds: Math.round(run.trainSeconds * 1000) / 1000,
    reward: {
      first: means[0] ?? null,
      last: means.at(-1) ?? null,
      best: means.length === 0 ? null : means.reduce((best, mean) => Math.max(best, mean), -Infinity),
    },
    validation: {
      before: validations[0] ?? null,
      after: validations.length > 1 ? (validations.at(-1) ?? null) : null,
    },
  };
}

/** Means of every window of `width` neighbours; of all values when there are fewer. */
export function windowMeans(values: readonly number[], width: number): readonly number[] {
  if (values.length === 0) return [];
  const size = Math.min(width, values.length);
  return Array.from({ length: values.length - size + 1 }, (_, start) => {
    const window = values.slice(start, start + size);
    return window.reduce((sum, value) => sum + value, 0) / size;
  });
}
