import { createHash } from 'node:crypto';
import { episodeOfCalls, type EpisodeLimits } from '../episode-of-calls';
import type { Episode, RolloutTask } from '../rollout';
import type { RolloutWorker } from './worker';

/** Tokens of the reference framework's mock worker: ten of prompt, five of response. */
const PROMPT = Array.from({ length: 10 }, (_, index) => 100 + index);
const RESPONSE = Array.from({ length: 5 }, (_, index) => 200 + index);

export type MockWorkerOptions = EpisodeLimits & {
  /** Weight version of now, in the run's count. */
  readonly version: () => number;
  /** What rollouts of a dump come to; those that are not in it are made up. */
  readonly recorded?: RecordedRollouts;
};

/** By `<group>/<sample>`. */
export type RecordedRollouts = ReadonlyMap<string, RecordedRollout>;

export type RecordedRollout = {
  readonly reward: number;
  readonly sequences: readonly {
    readonly tokens: readonly number[];
    readonly lossMask: readonly number[];
    readonly logprobs: readonly number[];
  }[];
};

/** Rollouts without a model: fixed tokens, and a reward of 0 or 1 that is a pure function of the task. */
export function createMockWorker(options: MockWorkerOptions): RolloutWorker {
  return {
    run: (task, signal) => {
      signal.throwIfAborted();
      const recorded = options.recorded?.get(`${task.group}/${task.sample}`);
      if (recorded !== undefined) return Promise.resolve(replayed(recorded, options.version()));
      const reward = mockReward(task);
      const tokens = [...PROMPT, ...RESPONSE];
      const call = {
        promptTokens: PROMPT,
        tokens: RESPONSE,
        logprobs: RESPONSE.map(() => -1),
        tokenTexts: tokens.map((token) => `<${token}>`),
        weightVersion: options.version(),
        isTrained: true,
        stopReason: 'stop',
        turn: null,
      } as const;
      const evaluation = { ok: true, reward, groundTruth: '', metrics: {}, extraInfo: {} } as const;
      return Promise.resolve(
        episodeOfCalls(
          {
            calls: [call],
            turns: [],
            finalAnswer: `mock response, reward ${reward}`,
            isUnfinished: false,
            counts: { toolCalls: 0, toolErrors: 0, toolTimeouts: 0 },
            evaluation,
          },
          options,
        ),
      );
    },
    close: () => Promise.resolve(),
  };
}

function replayed({ reward, sequences }: RecordedRollout, version: number): Episode {
  const produced = sequences.reduce(
    (sum, { lossMask }) => sum + lossMask.reduce((count, mask) => count + mask, 0),
    0,
  );
  const [first] = sequences;
  const prompt = first === undefined ? 0 : Math.max(0, first.lossMask.indexOf(1));
  return {
    sequences: sequences.map((sequence) => ({
      ...sequence,
      weightVersions: sequence.tokens.map(() => version),
      tokenTexts: sequence.tokens.map((token) => `<${token}>`),
    })),
    turns: [],
    finalAnswer: `recorded response, reward ${reward}`,
    stopReason: 'stop',
    isTruncated: false,
    isCut: false,
    promptTokens: prompt,
    completionTokens: produced,
    counts: { modelCalls: sequences.length, toolCalls: 0, toolErrors: 0, toolTimeouts: 0 },
    evaluation: { ok: true, reward, groundTruth: '', metrics: {}, extraInfo: {} },
  };
}

/** The lowest bit of the first byte of sha256(`is_val|run_id|prompt`), as the reference framework has it. */
export function mockReward(task: Pick<RolloutTask, 'validation' | 'sample' | 'text'>): 0 | 1 {
  const text = `${task.validation ? 'True' : 'False'}|${task.sample}|${task.text}`;
  const [first = 0] = createHash('sha256').update(text).digest();
  return (first & 1) === 1 ? 1 : 0;
}
