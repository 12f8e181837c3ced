import { setMaxListeners } from 'node:events';
import type { LoadedPrompt } from '../data-loader/data-loader';
import type { FailedRollout, RolloutTask } from '../rollout/rollout';
import { type FailurePolicy, verdictOn } from '../failure-policy';
import type { RolloutBatch } from '../trajectory-pool/trajectory-pool';
import type { FinishedGroup } from './group-batch';

export type PromptsInFlightParts = {
  /** A prompt by its number. */
  readonly load: (prompt: number) => Promise<LoadedPrompt>;
  readonly tasksOf: (prompt: LoadedPrompt) => readonly RolloutTask[];
  /** Every rollout of one prompt, failed ones included. */
  readonly rollOut: (tasks: readonly RolloutTask[], signal: AbortSignal) => Promise<RolloutBatch>;
  readonly groupsPerBatch: number;
  readonly samplesPerGroup: number;
  /** Over the rollouts of a batch. */
  readonly failures: FailurePolicy;
};

/** Prompts whose rollouts are under way. The first failure of all ends the others. */
export type PromptsInFlight = {
  readonly count: number;
  readonly hasFailed: boolean;
  listenTo(signal: AbortSignal): void;
  begin(prompt: number, step: number): void;
  /** Resolves after the next prompt is done; rejects with the failure, also one of before. */
  change(): Promise<void>;
  /** Rollouts that failed for good count anew. */
  forgetFailures(): void;
  close(): void;
};

export function createPromptsInFlight(
  parts: PromptsInFlightParts,
  onDone: (group: FinishedGroup) => void,
): PromptsInFlight {
  const closing = new AbortController();
  let signal: AbortSignal = closing.signal;
  const prompts = new Set<number>();
  let failed: FailedRollout[] = [];
  let failure: { readonly error: unknown } | null = null;
  let wake: () => void = () => undefined;

  const rollOut = async (prompt: number, step: number): Promise<void> => {
    const tasks = parts.tasksOf(await parts.load(prompt));
    // which step trains on it is not known yet: until then it carries the one that it began in
    const rollouts = await parts.rollOut(
      tasks.map((task) => ({ ...task, step })),
      signal,
    );
    onDone({ prompt, rollouts });
    failed = [...failed, ...rollouts.failed];
    const end = verdictOn(failed, parts.groupsPerBatch * parts.samplesPerGroup, parts.failures);
    if (end !== null) throw end;
  };
  return {
    get count() {
      return prompts.size;
    },
    get hasFailed() {
      return failure !== null;
    },
    listenTo: (outer) => {
      signal = AbortSignal.any([outer, closing.signal]);
      // every rollout in flight listens
      setMaxListeners(0, signal);
    },
    begin: (prompt, step) => {
      prompts.add(prompt);
      rollOut(prompt, step)
        .catch((error: unknown) => {
          failure ??= { error };
          closing.abort(error);
        })
        .finally(() => {
          prompts.delete(prompt);
          wake();
        });
    },
    change: async () => {
      if (failure === null) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (failure !== null) throw failure.error;
    },
    forgetFailures: () => {
      failed = [];
    },
    close: () => closing.abort(new Error('The attempt is over.')),
  };
}
