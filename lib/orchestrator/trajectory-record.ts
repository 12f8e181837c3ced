import type { TrajectorySequence } from '@/lib/domain/trajectory-sequence';
import type { TrainableSequence } from '@/lib/rl/build-datum';
import type { NewTrajectory } from '@/lib/run-store/run-writer';
import { type Episode, type Rollout, type ScoredRollout, byPlace } from './rollout/rollout';
import { weightVersionOf } from './weight-version-of';
import type { RolloutBatch } from './trajectory-pool/trajectory-pool';
import type { WeightSync } from './weight-sync/weight-sync';

/** Enough to recognise a rollout in a list. */
const PREVIEW_CHARACTERS = 160;

type Scores = {
  /** Empty where none were computed. */
  readonly advantages: ReadonlyMap<ScoredRollout, number>;
  readonly weights: WeightSync;
};

/** Tokens per part: two or three megabytes as JSON, so that the records of a step never stand in memory together. */
const TOKENS_PER_PART = 64 * 1024;

/** The stored form of a step's rollouts, failed ones included, in (prompt, sample) order, made part by part. */
export function* recordParts(
  batch: RolloutBatch,
  scores: Scores,
): Generator<{ readonly rows: readonly NewTrajectory[]; readonly isLast: boolean }> {
  const groups = [...batch.groups, ...batch.dropped];
  const rollouts: readonly Rollout[] = [...groups.flatMap((group) => group.rollouts), ...batch.failed];
  let rows: NewTrajectory[] = [];
  let tokens = 0;
  for (const rollout of rollouts.toSorted(byPlace)) {
    if (tokens >= TOKENS_PER_PART) {
      yield { rows, isLast: false };
      [rows, tokens] = [[], 0];
    }
    rows.push(record(rollout, scores));
    tokens += tokensOf(rollout);
  }
  yield { rows, isLast: true };
}

function tokensOf({ episode }: Rollout): number {
  return episode === null ? 0 : episode.sequences.reduce((sum, { tokens }) => sum + tokens.length, 0);
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
  const episode = rollout.episode ?? NOTHING;
  const { finalAnswer } = episode;
  return {
    promptTokens: episode.promptTokens,
    completionTokens: episode.completionTokens,
    stopReason: episode.stopReason,
    weightVersion: weightVersionOf(episode) ?? weights.version,
    completionPreview: finalAnswer.slice(0, PREVIEW_CHARACTERS),
    body: {
      prompt: rollout.task.text,
      completion: finalAnswer,
      isTruncated: episode.isTruncated,
      sequences: episode.sequences.map(copy),
      turns: [...episode.turns],
      ...scoresOf(rollout),
      data: rollout.task.data,
    },
  };
}

/** Stands for what a worker that failed did not produce. */
const NOTHING: Episode = {
  sequences: [],
  turns: [],
  finalAnswer: '',
  stopReason: 'error',
  isTruncated: false,
  isCut: false,
  promptTokens: 0,
  completionTokens: 0,
  counts: { modelCalls: 0, toolCalls: 0, toolErrors: 0, toolTimeouts: 0 },
  evaluation: null,
};

function scoresOf(rollout: Rollout): Pick<NewTrajectory['body'], 'groundTruth' | 'metrics' | 'extraInfo'> {
  if (rollout.kind === 'failed') return { groundTruth: '', metrics: {}, extraInfo: {} };
  const { groundTruth, metrics, extraInfo } = rollout.evaluation;
  return { groundTruth, metrics, extraInfo };
}

function copy(sequence: TrainableSequence): TrajectorySequence {
  return {
    tokens: [...sequence.tokens],
    tokenTexts: [...sequence.tokenTexts],
    lossMask: [...sequence.lossMask],
    logprobs: [...sequence.logprobs],
    weightVersions: [...sequence.weightVersions],
  };
}
