import type { ConfigView } from '../config-view';
import type { RuleFacts } from './rule';

export type GpuLayout = {
  readonly actor: string;
  readonly ranks: number;
  /** Ranks that share one sequence. */
  readonly sequence: number;
  /** Ranks that each see other samples. */
  readonly data: number;
};

/** How the GPUs of the training service share the work; null while it is not said. */
export function layoutOf({ config, actor, backend }: RuleFacts): GpuLayout | null {
  if (actor === null || backend !== 'self_hosted') return null;
  const pods = config.number(`${actor}.resource.world_size`);
  const gpus = config.number(`${actor}.resource.gpus_per_pod`);
  if (pods === null || gpus === null) return null;
  const sequence = config.number(`${actor}.actor.ulysses_sequence_parallel_size`) ?? 1;
  const ranks = pods * gpus;
  return { actor, ranks, sequence, data: Math.floor(ranks / sequence) };
}

/** Rollouts per prompt, as the workers count them. */
export function samplesPerPrompt(config: ConfigView, actor: string): number {
  return config.number(`${actor}.actor.rollout.n`) ?? config.number('data.rollout_repeat_n') ?? 1;
}

/** The divisor of a total that is nearest to a wish. */
export function nearestDivisor(total: number, wanted: number): number {
  const divisors = Array.from({ length: total }, (_, at) => at + 1).filter((size) => total % size === 0);
  return divisors.reduce(
    (best, size) => (Math.abs(size - wanted) < Math.abs(best - wanted) ? size : best),
    1,
  );
}
