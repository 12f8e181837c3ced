import type { Evaluation } from '@/lib/evaluators/evaluator-host';
import type { EvaluatorCase } from './trial';

/** Rewards are sums and quotients of doubles: a rounding in the last digits is no difference. */
const TOLERANCE = 1e-9;

/** What differs from what a case expects, in words; empty when nothing does. */
export function differencesOf({ expect }: EvaluatorCase, evaluation: Evaluation): readonly string[] {
  if (!evaluation.ok) return [`it failed: ${evaluation.message}`];
  const metrics = Object.entries(expect.metrics).flatMap(([name, wanted]) => {
    const found = evaluation.metrics[name];
    if (found === undefined) return [`metric ${name} is missing, expected ${wanted}`];
    return isNear(found, wanted) ? [] : [`metric ${name} is ${found}, expected ${wanted}`];
  });
  const reward = isNear(evaluation.reward, expect.reward)
    ? []
    : [`reward is ${evaluation.reward}, expected ${expect.reward}`];
  return [...reward, ...metrics];
}

function isNear(found: number, wanted: number): boolean {
  return Math.abs(found - wanted) <= TOLERANCE * Math.max(1, Math.abs(wanted));
}
