import type { Datum } from '@/lib/rl/datum';
import { mean } from '@/lib/rl/statistics';
import type { TrainMetrics } from '@/lib/services/training-service';

/** Names that a training service reports → names of the metric catalogue; others become `training/<name>`. */
const CATALOGUE_NAME: Readonly<Record<string, string>> = {
  entropy_loss: 'training/entropy',
  ppo_kl: 'actor/ppo_kl',
  pg_clipfrac: 'actor/pg_clipfrac',
  pg_clipfrac_low: 'actor/pg_clipfrac_low',
  pg_clipfrac_high: 'actor/pg_clipfrac_high',
  avg_ratio: 'actor/avg_ratio',
  kl_loss: 'actor/kl_loss',
  kl_loss_coef: 'actor/kl_loss_coef',
};
/** Told by themselves: a mean over mini-batches would mean nothing. */
const OWN = new Set(['lr', 'tokens', 'logprob_gap_mean', 'logprob_gap_max']);

type Trained = {
  readonly updates: readonly TrainMetrics[];
  readonly datums: readonly Datum[];
  readonly learningRate: number;
  readonly rateFactor: number;
};

/** Means over the mini-batches of a step, and what the step trained on. */
export function trainingMetrics(trained: Trained): Readonly<Record<string, number>> {
  const { updates, datums } = trained;
  const metrics: Record<string, number> = {
    'training/num_datums': datums.length,
    'training/mini_batches': updates.length,
    'training/skipped': updates.length === 0 ? 1 : 0,
    'training/lr_factor': trained.rateFactor,
  };
  if (updates.length === 0) return metrics;
  metrics['training/lr'] = trained.learningRate;
  metrics['training/tokens'] = datums.reduce((sum, datum) => sum + countTrained(datum), 0);
  const last = updates.at(-1)?.ppo_kl;
  if (last !== undefined && updates.length > 1) metrics['actor/ppo_kl_last'] = last;
  Object.assign(metrics, samplerGap(updates[0]));
  for (const name of Object.keys(updates[0] ?? {})) {
    if (OWN.has(name)) continue;
    const values = updates.flatMap((update) => update[name] ?? []);
    metrics[CATALOGUE_NAME[name] ?? `training/${name}`] = mean(values);
  }
  return metrics;
}

/** What the first mini-batch saw, before any update: how far trainer and sampler are apart on the same weights. */
function samplerGap(first: TrainMetrics | undefined): Readonly<Record<string, number>> {
  const [mean, max] = [first?.['logprob_gap_mean'], first?.['logprob_gap_max']];
  if (mean === undefined || max === undefined) return {};
  return { 'training/sampler_gap_mean': mean, 'training/sampler_gap_max': max };
}

function countTrained(datum: Datum): number {
  return datum.weights.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
}
