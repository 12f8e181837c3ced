import { setMaxListeners } from 'node:events';
import type { FailureKind } from '@/lib/domain/failure-kind';
import type { Evaluation, EvaluatorHost } from '@/lib/evaluators/evaluator-host';
import { ServiceError } from '@/lib/services/service-error';
import type { BusyMeter } from './busy-meter';
import { type Answer, evaluated, evaluationRequest } from './evaluated';
import type { Rollout, RolloutTask } from './rollout';
import { createSlots } from './slots';
import { type Attempt, createTaskQueue, type LaterAttempt } from './task-queue';
import { RolloutError, type RolloutWorker } from './workers/worker';

/** Turns tasks into rollouts, a fixed number at a time over all calls of `run`. */
export type RolloutWorkers = {
  /**
   * Calls `onRollout` once per try of a task, in any order; it answers with what is to be tried again, and a throw from
   * it ends the run of tasks. Rejects when the service is gone or the signal aborts; every other failure is a failed
   * rollout.
   */
  run(
    tasks: readonly RolloutTask[],
    onRollout: (rollout: Rollout) => readonly LaterAttempt[],
    signal: AbortSignal,
  ): Promise<void>;
};

export type RolloutWorkersOptions = {
  readonly worker: RolloutWorker;
  readonly evaluator: EvaluatorHost;
  /** Rollouts in flight at once. */
  readonly workers: number;
  /** Where the time of rollouts is counted. */
  readonly meter: BusyMeter;
};

export function createRolloutWorkers(options: RolloutWorkersOptions): RolloutWorkers {
  const slots = createSlots(options.workers);
  return {
    run: async (tasks, onRollout, signal) => {
      const failure = new AbortController();
      const either = AbortSignal.any([signal, failure.signal]);
      // thousands of rollouts listen to one signal, on purpose
      setMaxListeners(0, either);
      const queue = createTaskQueue(tasks);
      either.addEventListener('abort', () => queue.close(), { once: true });
      const work = async (): Promise<void> => {
        for (;;) {
          const attempt = await queue.next();
          if (attempt === null) return;
          queue.done(onRollout(await slots.during(() => rollOut(options, attempt, either))));
        }
      };
      const ends = await Promise.allSettled(
        Array.from({ length: Math.min(options.workers, tasks.length) }, () =>
          work().catch((error: unknown) => {
            failure.abort(error);
            throw error;
          }),
        ),
      );
      signal.throwIfAborted();
      if (failure.signal.aborted) throw failure.signal.reason;
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
  };
}

async function rollOut(
  bench: RolloutWorkersOptions,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<Rollout> {
  const { task } = attempt;
  let { episode } = attempt;
  // it may have waited for its place
  signal.throwIfAborted();
  try {
    episode ??= await bench.meter.during('sampling', () => bench.worker.run(task, signal));
    const evaluation = episode.evaluation ?? (await score(bench, { task, episode }, signal));
    return evaluated({ task, episode }, evaluation);
  } catch (error) {
    if (signal.aborted || isForAll(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', failure: failureOf(error), task, episode, message };
  }
}

function score(
  { meter, evaluator }: RolloutWorkersOptions,
  answer: Answer,
  signal: AbortSignal,
): Promise<Evaluation> {
  return meter.during('scoring', () => evaluator.evaluate(evaluationRequest(answer), signal));
}

/** What was open at the service is lost for every rollout. */
function isForAll(error: unknown): boolean {
  return error instanceof ServiceError && error.kind === 'gone';
}

/** Whatever else a worker throws is its own fault, ours included: it costs one rollout, never the worker. */
function failureOf(error: unknown): FailureKind {
  if (error instanceof ServiceError) return error.kind === 'timeout' ? 'timeout' : 'service';
  return error instanceof RolloutError && error.isTimeout ? 'timeout' : 'worker';
}
