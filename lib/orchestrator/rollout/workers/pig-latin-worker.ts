import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import { episodeOfCalls, type EpisodeLimits } from '../episode-of-calls';
import { RolloutError, type RolloutWorker } from './worker';

export type PigLatinWorkerOptions = EpisodeLimits & {
  readonly tokenizer: Tokenizer;
  /** Weight version of now, in the run's count. */
  readonly version: () => number;
};

/**
 * Supervised rollouts, as the reference framework's example has them: the row's own answer, without a model, worth 1.
 * Rows have `input` and `output`.
 */
export function createPigLatinWorker(options: PigLatinWorkerOptions): RolloutWorker {
  const { tokenizer } = options;
  return {
    run: (task, signal) => {
      signal.throwIfAborted();
      const { input, output } = task.data;
      if (typeof input !== 'string' || typeof output !== 'string') {
        const message = 'The worker pig_latin needs the columns input and output, both texts.';
        return Promise.reject(new RolloutError(message));
      }
      const promptTokens = tokenizer.encode(`English: ${input}\nPig Latin:`, { addSpecialTokens: true });
      const tokens = tokenizer.encode(` ${output}\n\n`);
      const call = {
        promptTokens,
        tokens,
        logprobs: tokens.map(() => 0),
        tokenTexts: [...promptTokens, ...tokens].map((token) => tokenizer.decode([token])),
        weightVersion: options.version(),
        isTrained: true,
        stopReason: 'stop',
        turn: null,
      } as const;
      const parts = {
        calls: [call],
        turns: [],
        finalAnswer: output,
        isUnfinished: false,
        counts: { toolCalls: 0, toolErrors: 0, toolTimeouts: 0 },
        evaluation: { ok: true, reward: 1, groundTruth: output, metrics: {}, extraInfo: {} },
      } as const;
      return Promise.resolve(episodeOfCalls(parts, options));
    },
    close: () => Promise.resolve(),
  };
}
