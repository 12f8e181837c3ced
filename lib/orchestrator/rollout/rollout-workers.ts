import { setMaxListeners } from 'node:events';
import type { EvaluatorHost } from '@/lib/evaluators/evaluator-host';
import type { Generation, InferenceService } from '@/lib/services/inference-service';
import { ServiceError } from '@/lib/services/service-error';
import { createBusyMeter } from './busy-meter';
import type { Rollout, RolloutTask } from './rollout';

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
  readonly inference: InferenceService;
  readonly evaluator: EvaluatorHost;
  readonly workers: number;
  readonly maxTokens: number;
  readonly stop: readonly string[];
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
  let generation: Generation | null = null;
  try {
    generation = await bench.meter.during('sampling', () => sample(bench, task, signal));
    const target = { finalAnswer: generation.text, isTruncated: generation.stopReason === 'length' };
    const evaluation = await bench.meter.during('scoring', () =>
      bench.evaluator.evaluate({ data: task.data, target }, signal),
    );
    return evaluation.ok
      ? { kind: 'scored', task, generation, evaluation }
      : { kind: 'failed', task, generation, message: evaluation.message };
  } catch (error) {
    const isItsOwn = error instanceof ServiceError && error.kind !== 'gone' && !signal.aborted;
    if (!isItsOwn) throw error;
    return { kind: 'failed', task, generation, message: error.message };
  }
}

async function sample(bench: Bench, task: RolloutTask, signal: AbortSignal): Promise<Generation> {
  signal.throwIfAborted();
  const generation = await bench.inference.generate(
    {
      prompt: task.text,
      maxTokens: bench.maxTokens,
      temperature: task.temperature,
      stop: bench.stop,
      seed: task.seed,
    },
    signal,
  );
  if (generation.stopReason === 'error' || generation.stopReason === 'aborted') {
    throw new ServiceError(
      'protocol',
      `The inference service ended a completion with "${generation.stopReason}".`,
    );
  }
  return generation;
}
