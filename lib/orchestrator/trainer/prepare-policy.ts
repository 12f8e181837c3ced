import {
  type Advantage,
  type AdvantageEstimator,
  isInformative,
  scoreOf,
  type ScoredGroup,
  type ScoredSequence,
} from '@/lib/rl/advantages/estimator';
import type { Datum } from '@/lib/rl/datum';
import { type KlControl, nextKlCoefficient } from '@/lib/rl/kl/control';
import type { KlEstimator } from '@/lib/rl/kl/estimate';
import { klPenalties } from '@/lib/rl/kl/penalties';
import { truncatedImportance } from '@/lib/rl/loss/truncated-importance';
import { type OverlongBuffer, overlongPenalty } from '@/lib/rl/overlong-penalty';
import { mean, summarise } from '@/lib/rl/statistics';
import type { TrainingService } from '@/lib/services/training-service';
import {
  advantagesByRollout,
  alongTokens,
  atTrained,
  type BatchSequence,
  onlyTrained,
  sequencesOf,
} from './batch-sequences';
import type { BatchPreparer } from './trainer';

export type PolicyObjective = {
  readonly estimator: AdvantageEstimator;
  /** Old log-probabilities come from the trainer instead of the sampler. */
  readonly recomputesOld: boolean;
  /** Cap of truncated importance sampling; null = none. Acts between recomputed and sampled log-probabilities. */
  readonly importanceCap: number | null;
  /** The KL penalty in the reward; null = none. */
  readonly rewardKl: {
    readonly estimator: KlEstimator;
    readonly coefficient: number;
    readonly control: KlControl;
  } | null;
  /** The loss has a KL term: sequences carry reference log-probabilities, and none is left out. */
  readonly hasLossKl: boolean;
  readonly overlong: OverlongBuffer | null;
};

type Metrics = Readonly<Record<string, number>>;
type Column = readonly Float32Array[];

/**
 * Rewards to advantages, in this order: overlong penalty, old log-probabilities, reference log-probabilities, KL penalty,
 * advantage estimator, truncated importance weights.
 */
export function createPolicyPreparer(training: TrainingService, objective: PolicyObjective): BatchPreparer {
  return async (batch, { step, klCoefficient }, signal) => {
    const sequences = sequencesOf(batch);
    const sampled = sequences.map(({ datum }) => datum.logprobs ?? new Float32Array(datum.tokens.length));
    const datums = sequences.map(({ datum }) => datum);
    const old = objective.recomputesOld ? await training.forward(datums, 'policy', signal) : sampled;
    const reference = await referenceOf({ training, objective, step }, datums, signal);
    const kl = penaltiesOf(sequences, { objective, old, reference, klCoefficient });
    const scored = sequences.map((sequence, index) => ({
      rollout: sequence.place,
      reward: rewardOf(sequence, objective),
      tokens: sequence.trained.length,
      penalties: kl.penalties?.[index] ?? null,
    }));
    const advantages = estimate(sequences, scored, objective.estimator);
    const importance = importanceOf(sequences, { objective, old, sampled });
    const rows = sequences.flatMap((sequence, index): Datum[] => {
      const advantage = advantages[index] ?? 0;
      if (!objective.hasLossKl && !isInformative(advantage)) return [];
      const row = alongTokens(advantage, sequence);
      multiply(row, importance.weights?.[index]);
      const columns = { logprobs: onlyTrained(old[index], sequence), advantages: row };
      const references = objective.hasLossKl
        ? { referenceLogprobs: onlyTrained(reference?.[index], sequence) }
        : {};
      return [{ ...sequence.datum, ...columns, ...references }];
    });
    return {
      advantages: advantagesByRollout(sequences, advantages),
      datums: rows,
      klCoefficient: kl.next,
      metrics: {
        ...scoreMetrics(scored, sequences, advantages),
        ...kl.metrics,
        ...importance.metrics,
        ...overlongMetrics(sequences, objective),
      },
    };
  };
}

async function referenceOf(
  { training, objective, step }: { training: TrainingService; objective: PolicyObjective; step: number },
  datums: readonly Datum[],
  signal: AbortSignal,
): Promise<Column | null> {
  if (objective.rewardKl === null && !objective.hasLossKl) return null;
  // the weights before the first step: those that the warm start ended with
  if (step === 0) await training.freezeReference(signal);
  return training.forward(datums, 'reference', signal);
}

function rewardOf({ rollout }: BatchSequence, { overlong }: PolicyObjective): number {
  const { reward } = rollout.evaluation;
  return overlong === null ? reward : reward + overlongPenalty(rollout.episode.completionTokens, overlong);
}

function overlongMetrics(sequences: readonly BatchSequence[], { overlong }: PolicyObjective): Metrics {
  if (overlong === null) return {};
  const rollouts = [...new Set(sequences.map(({ rollout }) => rollout))];
  const penalties = rollouts.map(({ episode }) => overlongPenalty(episode.completionTokens, overlong));
  return {
    'rollout/overlong_penalty_mean': mean(penalties),
    'rollout/overlong_share': mean(penalties.map((penalty) => (penalty < 0 ? 1 : 0))),
  };
}

type KlPart = {
  readonly penalties: readonly Float64Array[] | null;
  readonly next: number | null;
  readonly metrics: Metrics;
};

function penaltiesOf(
  sequences: readonly BatchSequence[],
  parts: {
    readonly objective: PolicyObjective;
    readonly old: Column;
    readonly reference: Column | null;
    readonly klCoefficient: number | null;
  },
): KlPart {
  const { objective, old, reference } = parts;
  const settings = objective.rewardKl;
  if (settings === null || reference === null)
    return { penalties: null, next: parts.klCoefficient, metrics: {} };
  const coefficient = parts.klCoefficient ?? settings.coefficient;
  const compared = sequences.map((sequence, index) => ({
    policy: atTrained(old[index], sequence),
    reference: atTrained(reference[index], sequence),
  }));
  const { penalties, kl } = klPenalties(compared, { estimator: settings.estimator, coefficient });
  const next = nextKlCoefficient(settings.control, coefficient, { kl, sequences: sequences.length });
  return { penalties, next, metrics: { 'critic/kl': kl ?? 0, 'critic/kl_coeff': coefficient } };
}

/** Advantages in the order of the sequences. */
function estimate(
  sequences: readonly BatchSequence[],
  scored: readonly ScoredSequence[],
  estimator: AdvantageEstimator,
): readonly Advantage[] {
  const groups = new Map<number, ScoredSequence[]>();
  for (const [index, { group }] of sequences.entries()) {
    const sequence = scored[index];
    if (sequence === undefined) continue;
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [sequence]);
    else members.push(sequence);
  }
  // sequences come group by group, so flat() brings them back into their order
  const inOrder: readonly ScoredGroup[] = [...groups.values()];
  return estimator(inOrder).flat();
}

/** Over sequences, what they earned after penalties; over trained tokens, the advantage. */
function scoreMetrics(
  scored: readonly ScoredSequence[],
  sequences: readonly BatchSequence[],
  advantages: readonly Advantage[],
): Metrics {
  const reward = summarise(scored.map(scoreOf));
  const range = { min: Infinity, max: -Infinity };
  const signs = { positive: 0, negative: 0 };
  for (const [index, { trained }] of sequences.entries()) {
    const advantage = advantages[index] ?? 0;
    const isOne = typeof advantage === 'number';
    for (const value of isOne ? [advantage] : advantage) {
      const tokens = isOne ? trained.length : 1;
      range.min = Math.min(range.min, value);
      range.max = Math.max(range.max, value);
      if (value > 0) signs.positive += tokens;
      else if (value < 0) signs.negative += tokens;
    }
  }
  const rewards = {
    'critic/rewards/mean': reward.mean,
    'critic/rewards/max': reward.max,
    'critic/rewards/min': reward.min,
  };
  if (range.min > range.max) return rewards;
  return {
    ...rewards,
    'critic/advantages/max': range.max,
    'critic/advantages/min': range.min,
    'actor/adv_pos_count': signs.positive,
    'actor/adv_neg_count': signs.negative,
  };
}

type Importance = { readonly weights: readonly Float32Array[] | null; readonly metrics: Metrics };

function importanceOf(
  sequences: readonly BatchSequence[],
  parts: { readonly objective: PolicyObjective; readonly old: Column; readonly sampled: Column },
): Importance {
  const { objective, old, sampled } = parts;
  if (!objective.recomputesOld) return { weights: null, metrics: {} };
  const gaps: number[] = [];
  const applied: number[] = [];
  const cap = objective.importanceCap;
  const weights = sequences.map(({ datum, trained }, index) => {
    const row = new Float32Array(datum.tokens.length);
    for (const at of trained) {
      const [trainer, sampler] = [old[index]?.[at] ?? NaN, sampled[index]?.[at] ?? NaN];
      gaps.push(Math.abs(trainer - sampler));
      row[at] = cap === null ? 1 : truncatedImportance(trainer, sampler, cap);
      applied.push(row[at] ?? 1);
    }
    return row;
  });
  const gap = {
    'training/sampler_gap_mean': mean(gaps),
    'training/sampler_gap_max': gaps.reduce((largest, value) => Math.max(largest, value), 0),
  };
  if (cap === null) return { weights: null, metrics: gap };
  const capped = mean(applied.map((weight) => (weight >= cap ? 1 : 0)));
  const metrics = { ...gap, 'training/tis_weight_mean': mean(applied), 'training/tis_capped_share': capped };
  return { weights, metrics };
}

function multiply(row: Float32Array, factors: Float32Array | undefined): void {
  if (factors === undefined) return;
  for (const [at, value] of row.entries()) row[at] = value * (factors[at] ?? 1);
}
