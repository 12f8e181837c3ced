import { setMaxListeners } from 'node:events';
import type { Evaluation, EvaluatorHost } from '@/lib/evaluators/evaluator-host';
import { ServiceError } from '@/lib/services/service-error';
import { createBusyMeter } from './busy-meter';
import type { Episode, Rollout, RolloutTask, ScoredRollout } from './rollout';
import { RolloutError, type RolloutWorker } from './workers/worker';

export type RolloutTimes = {
  /** Seconds in which at least one completion was being sampled. */
  readonly rollout: number;
  /** Seconds in which evaluations were all that was pending. */
  readonly evaluate: number;
};

/** Turns tasks into rollouts, a fixed number at a time. */
export type RolloutWorkers = {
  /**
   * Calls `onRollout` once per task, in any order; a throw from it ends the run of tasks. Rejects when the service is
   * gone or the signal aborts; every other failure is a failed rollout.
   */
  run(
    tasks: readonly RolloutTask[],
    onRollout: (rollout: Rollout) => void,
    signal: AbortSignal,
  ): Promise<RolloutTimes>;
};

export type RolloutWorkersOptions = {
  readonly worker: RolloutWorker;
  readonly evaluator: EvaluatorHost;
  /** Rollouts in flight at once. */
  readonly workers: number;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
};

export function createRolloutWorkers(options: RolloutWorkersOptions): RolloutWorkers {
  return {
    run: async (tasks, onRollout, signal) => {
      const meter = createBusyMeter(options.now);
      const failure = new AbortController();
      const either = AbortSignal.any([signal, failure.signal]);
      // thousands of rollouts listen to one signal, on purpose
      setMaxListeners(0, either);
      const queue = tasks.values();
      const work = async (): Promise<void> => {
        for (const task of queue) onRollout(await rollOut({ ...options, meter }, task, either));
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
      return meter.seconds();
    },
  };
}

type Bench = RolloutWorkersOptions & { readonly meter: ReturnType<typeof createBusyMeter> };

async function rollOut(bench: Bench, task: RolloutTask, signal: AbortSignal): Promise<Rollout> {
  let episode: Episode | null = null;
  try {
    episode = await bench.meter.during('sampling', () => bench.worker.run(task, signal));
    const evaluation = episode.evaluation ?? (await score(bench, { task, episode }, signal));
    if (!evaluation.ok) return { kind: 'failed', task, episode, message: evaluation.message };
    return {
      kind: 'scored',
      task,
      episode,
      evaluation: episode.isCut ? earnsNothing(evaluation) : evaluation,
    };
  } catch (error) {
    if (!isItsOwn(error) || signal.aborted) throw error;
    return { kind: 'failed', task, episode, message: error.message };
  }
}

function score(
  { meter, evaluator }: Bench,
  { task, episode }: { readonly task: RolloutTask; readonly episode: Episode },
  signal: AbortSignal,
): Promise<Evaluation> {
  const { finalAnswer, isTruncated } = episode;
  const observation = episode.turns;
  const target = { finalAnswer, isTruncated, ...(observation.length === 0 ? {} : { observation }) };
  return meter.during('scoring', () => evaluator.evaluate({ data: task.data, target }, signal));
}

/** Did this rollout fail, and not the service for all? */
function isItsOwn(error: unknown): error is Error {
  if (error instanceof ServiceError) return error.kind !== 'gone';
  return error instanceof RolloutError;
}

/** An answer that needed more tokens than are allowed must not pay off, whatever the evaluator says of its head. */
function earnsNothing(evaluation: ScoredRollout['evaluation']): ScoredRollout['evaluation'] {
  const extraInfo = { ...evaluation.extraInfo, reward_before_cut: evaluation.reward };
  return { ...evaluation, reward: 0, extraInfo };
}
