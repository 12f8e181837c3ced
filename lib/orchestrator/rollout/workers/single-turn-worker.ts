import type { Generation, InferenceService } from '@/lib/services/inference-service';
import { ServiceError } from '@/lib/services/service-error';
import { episodeOfCalls, type EpisodeLimits } from '../episode-of-calls';
import type { RolloutTask } from '../rollout';
import type { RolloutWorker } from './worker';
import type { WorkerHooks } from './worker-hooks';

export type SingleTurnOptions = EpisodeLimits & {
  readonly inference: InferenceService;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly hooks: WorkerHooks;
  /** The run's number for a weight version as the service counts it. */
  readonly versionOf: (serviceVersion: number) => number;
};

/** One prompt, one completion: the answer is what the model wrote. */
export function createSingleTurnWorker(options: SingleTurnOptions): RolloutWorker {
  return {
    run: async (task, signal) => {
      const { hooks } = options;
      const prompt = (await hooks.formatTaskQuery?.(task.data, signal)) ?? task.text;
      const generation = await sample(options, { ...task, text: prompt }, signal);
      const info = {
        index: 0,
        is_final: true,
        response: generation.text,
        finish_reason: generation.stopReason,
      };
      const mask = await hooks.trainLossMask?.([info], signal);
      const weightVersion = options.versionOf(generation.weightVersion);
      return episodeOfCalls(
        {
          calls: [{ ...generation, weightVersion, isTrained: mask?.[0] ?? true, turn: null }],
          turns: [],
          finalAnswer: generation.text,
          isUnfinished: false,
          counts: { toolCalls: 0, toolErrors: 0, toolTimeouts: 0 },
        },
        options,
      );
    },
    close: () => Promise.resolve(),
  };
}

async function sample(
  options: SingleTurnOptions,
  task: RolloutTask,
  signal: AbortSignal,
): Promise<Generation> {
  signal.throwIfAborted();
  const { inference, maxTokens, stop } = options;
  const { text: prompt, temperature, seed } = task;
  const generation = await inference.generate({ prompt, maxTokens, temperature, stop, seed }, signal);
  if (generation.stopReason === 'error' || generation.stopReason === 'aborted') {
    throw new ServiceError(
      'protocol',
      `The inference service ended a completion with "${generation.stopReason}".`,
    );
  }
  return generation;
}
