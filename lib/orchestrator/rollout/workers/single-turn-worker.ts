import type { Generation, InferenceService } from '@/lib/services/inference-service';
import { ServiceError } from '@/lib/services/service-error';
import type { Episode, RolloutTask } from '../rollout';
import type { RolloutWorker } from './worker';

export type SingleTurnOptions = {
  readonly inference: InferenceService;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  /** The run's number for a weight version as the service counts it. */
  readonly versionOf: (serviceVersion: number) => number;
};

/** One prompt, one completion: the answer is what the model wrote. */
export function createSingleTurnWorker(options: SingleTurnOptions): RolloutWorker {
  return {
    run: async (task, signal) => {
      const generation = await sample(options, task, signal);
      return episodeOf(generation, options.versionOf(generation.weightVersion));
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

function episodeOf(generation: Generation, weightVersion: number): Episode {
  const { promptTokens, tokens } = generation;
  const blank = new Array<number>(promptTokens.length).fill(0);
  const all = [...promptTokens, ...tokens];
  return {
    sequences: [
      {
        tokens: all,
        lossMask: [...blank, ...new Array<number>(tokens.length).fill(1)],
        logprobs: [...blank, ...generation.logprobs],
        weightVersions: new Array<number>(all.length).fill(weightVersion),
        tokenTexts: generation.tokenTexts,
      },
    ],
    turns: [],
    finalAnswer: generation.text,
    stopReason: generation.stopReason,
    isTruncated: generation.stopReason === 'length',
    isCut: false,
    promptTokens: promptTokens.length,
    completionTokens: tokens.length,
    counts: { modelCalls: 1, toolCalls: 0, toolErrors: 0, toolTimeouts: 0 },
  };
}
