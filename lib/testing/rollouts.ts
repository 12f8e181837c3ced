import type { Episode, FailedRollout, RolloutTask, ScoredRollout } from '@/lib/orchestrator/rollout/rollout';

export function aRolloutTask(changes: Partial<RolloutTask> = {}): RolloutTask {
  return {
    step: 0,
    validation: false,
    prompt: 0,
    sample: 0,
    group: 'task-0',
    text: 'cat',
    data: { prompt: 'cat', answer: 'atcay' },
    seed: 1,
    temperature: 1,
    ...changes,
  };
}

/** An episode of one turn. */
export function anEpisode(changes: Partial<Episode> = {}): Episode {
  return {
    sequences: [
      {
        tokens: [1, 99, 97, 116, 97, 2],
        lossMask: [0, 0, 0, 0, 1, 1],
        logprobs: [0, 0, 0, 0, -0.5, -0.25],
        weightVersions: [0, 0, 0, 0, 0, 0],
        tokenTexts: ['', 'c', 'a', 't', 'a', ''],
      },
    ],
    turns: [],
    finalAnswer: 'a',
    stopReason: 'stop',
    isTruncated: false,
    isCut: false,
    promptTokens: 4,
    completionTokens: 2,
    counts: { modelCalls: 1, toolCalls: 0, toolErrors: 0, toolTimeouts: 0 },
    evaluation: null,
    ...changes,
  };
}

type ScoredChanges = {
  readonly task?: RolloutTask;
  readonly episode?: Episode;
  readonly reward?: number;
  readonly metrics?: Readonly<Record<string, number>>;
};

export function aScoredRollout(changes: ScoredChanges = {}): ScoredRollout {
  return {
    kind: 'scored',
    task: changes.task ?? aRolloutTask(),
    episode: changes.episode ?? anEpisode(),
    evaluation: {
      ok: true,
      reward: changes.reward ?? 1,
      groundTruth: 'atcay',
      metrics: changes.metrics ?? {},
      extraInfo: {},
    },
  };
}

export function aFailedRollout(changes: Partial<FailedRollout> = {}): FailedRollout {
  return {
    kind: 'failed',
    failure: 'worker',
    task: aRolloutTask(),
    episode: null,
    message: 'it failed',
    ...changes,
  };
}
