import type { FailedRollout, RolloutTask, ScoredRollout } from '@/lib/orchestrator/rollout/rollout';
import type { Generation } from '@/lib/services/inference-service';

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

export function aGeneration(changes: Partial<Generation> = {}): Generation {
  return {
    promptTokens: [1, 99, 97, 116],
    tokens: [97, 2],
    logprobs: [-0.5, -0.25],
    tokenTexts: ['', 'c', 'a', 't', 'a', ''],
    text: 'a',
    stopReason: 'stop',
    weightVersion: 0,
    ...changes,
  };
}

type ScoredChanges = {
  readonly task?: RolloutTask;
  readonly generation?: Generation;
  readonly reward?: number;
  readonly metrics?: Readonly<Record<string, number>>;
};

export function aScoredRollout(changes: ScoredChanges = {}): ScoredRollout {
  return {
    kind: 'scored',
    task: changes.task ?? aRolloutTask(),
    generation: changes.generation ?? aGeneration(),
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
  return { kind: 'failed', task: aRolloutTask(), generation: null, message: 'it failed', ...changes };
}
