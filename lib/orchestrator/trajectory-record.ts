import type { NewTrajectory } from '@/lib/run-store/run-writer';
import { type FailedRollout, type Rollout, type ScoredRollout, byPlace } from './rollout/rollout';
import type { RolloutBatch } from './trajectory-pool/trajectory-pool';
import type { WeightSync } from './weight-sync/weight-sync';

/** Enough to recognise a rollout in a list. */
const PREVIEW_CHARACTERS = 160;

type Scores = {
  /** Empty where none were computed. */
  readonly advantages: ReadonlyMap<ScoredRollout, number>;
  readonly weights: WeightSync;
};

/** The stored form of a step's rollouts, failed ones included, in (prompt, sample) order. */
export function trajectoryRecords(batch: RolloutBatch, scores: Scores): readonly NewTrajectory[] {
  const rollouts: readonly Rollout[] = [...batch.groups.flatMap((group) => group.rollouts), ...batch.failed];
  return rollouts.toSorted(byPlace).map((rollout) => record(rollout, scores));
}

function record(rollout: Rollout, scores: Scores): NewTrajectory {
  const { task } = rollout;
  return {
    step: task.step,
    validation: task.validation,
    group: task.group,
    sample: task.sample,
    promptPreview: task.text.slice(0, PREVIEW_CHARACTERS),
    ...outcome(rollout, scores),
    ...sampled(rollout, scores.weights),
  };
}

function outcome(
  rollout: Rollout,
  { advantages }: Scores,
): Pick<NewTrajectory, 'reward' | 'advantage' | 'error'> {
  if (rollout.kind === 'failed') return { reward: 0, advantage: null, error: rollout.message };
  return { reward: rollout.evaluation.reward, advantage: advantages.get(rollout) ?? null, error: null };
}

type Sampled = Pick<
  NewTrajectory,
  'promptTokens' | 'completionTokens' | 'stopReason' | 'weightVersion' | 'completionPreview' | 'body'
>;

function sampled(rollout: Rollout, weights: WeightSync): Sampled {
  const { generation, task } = rollout;
  const scored = rollout.kind === 'scored' ? rollout.evaluation : null;
  const common = {
    prompt: task.text,
    groundTruth: scored?.groundTruth ?? '',
    metrics: scored?.metrics ?? {},
    extraInfo: scored?.extraInfo ?? {},
    data: task.data,
  };
  if (generation === null) return notSampled(rollout, { weights, common });
  const promptTokens = generation.promptTokens.length;
  const blank = new Array<number>(promptTokens).fill(0);
  return {
    promptTokens,
    completionTokens: generation.tokens.length,
    stopReason: generation.stopReason,
    weightVersion: weights.versionOf(generation),
    completionPreview: generation.text.slice(0, PREVIEW_CHARACTERS),
    body: {
      ...common,
      completion: generation.text,
      tokens: [...generation.promptTokens, ...generation.tokens],
      tokenTexts: [...generation.tokenTexts],
      lossMask: [...blank, ...generation.tokens.map(() => 1)],
      logprobs: [...blank, ...generation.logprobs],
    },
  };
}

function notSampled(
  rollout: Rollout | FailedRollout,
  {
    weights,
    common,
  }: {
    readonly weights: WeightSync;
    readonly common: Pick<NewTrajectory['body'], 'prompt' | 'groundTruth' | 'metrics' | 'extraInfo' | 'data'>;
  },
): Sampled {
  return {
    promptTokens: 0,
    completionTokens: 0,
    stopReason: rollout.kind === 'failed' ? 'error' : 'stop',
    weightVersion: weights.version,
    completionPreview: '',
    body: { ...common, completion: '', tokens: [], tokenTexts: [], lossMask: [], logprobs: [] },
  };
}
