import type { Assembly } from './assemble';
import type { Journal } from './journal';
import { validationMetrics } from './rollout-metrics';

/** Scores the held-out file, stores its rollouts, and writes and returns `val/*` at the number of completed steps. */
export async function runValidation(
  { validator, sync }: Assembly,
  step: number,
  {
    journal,
    now,
    signal,
  }: { readonly journal: Journal; readonly now: () => number; readonly signal: AbortSignal },
): Promise<Readonly<Record<string, number>>> {
  if (validator === null) return {};
  const started = now();
  const batch = await validator.validate(step, signal);
  await journal.rollouts(batch, { validation: true, advantages: new Map(), weights: sync }, signal);
  const metrics = validationMetrics(batch);
  journal.metrics(step, { ...metrics, 'timing/validate': (now() - started) / 1000 });
  return metrics;
}
