import type { Generation, InferenceService } from '@/lib/services/inference-service';
import { ServiceError } from '@/lib/services/service-error';
import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import { episodeOfCalls, type EpisodeLimits } from '../episode-of-calls';
import type { RolloutTask } from '../rollout';
import { RolloutError, type RolloutWorker } from './worker';
import type { WorkerHooks } from './worker-hooks';

export type SingleTurnOptions = EpisodeLimits & {
  readonly inference: InferenceService;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly hooks: WorkerHooks;
  /** For prompts that are lists of messages; null where only texts are taken. */
  readonly chat: ChatOptions | null;
  /** The run's number for a weight version as the service counts it. */
  readonly versionOf: (serviceVersion: number) => number;
};

export type ChatOptions = {
  readonly tokenizer: Tokenizer;
  /** Longest prompt in characters, behind the chat template; null = no limit. */
  readonly maxCharacters: number | null;
};

/** One prompt, one completion: the answer is what the model wrote. */
export function createSingleTurnWorker(options: SingleTurnOptions): RolloutWorker {
  return {
    run: async (task, signal) => {
      const { hooks } = options;
      const text = (await hooks.formatTaskQuery?.(task.data, signal)) ?? promptText(task, options.chat);
      const generation = await sample(options, { ...task, text }, signal);
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

/** What the model is sent: a text as it stands, messages through the chat template. */
function promptText({ text, messages }: RolloutTask, chat: ChatOptions | null): string {
  if (messages === undefined) return text;
  if (chat === null) {
    throw new RolloutError(
      'The prompt is a list of messages, and rollout_worker.type simple sends texts. Set the type to agent.',
    );
  }
  const rendered = chat.tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true });
  if (chat.maxCharacters === null || rendered.length <= chat.maxCharacters) return rendered;
  throw new RolloutError(
    `The prompt has ${rendered.length} characters; rollout_worker.max_prompt_length lets ${chat.maxCharacters} pass.`,
  );
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
