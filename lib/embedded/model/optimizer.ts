import type { OptimizerSpec } from '@/lib/rl/datum';
import type { Engine } from './engine';
import { GRADIENT_SHARDS, type Tensor } from './layout';

/** Sums the shards of one tensor's gradient in shard order; returns the sum of its squares. */
export function reduceTensor(engine: Engine, tensor: Tensor): number {
  const { gradients, tensors } = engine.layout;
  const first = gradients + tensor.offset * 4;
  const count = tensor.rows * tensor.columns;
  return engine.kernels.reduceShards(first, tensors.parameterFloats, GRADIENT_SHARDS, count);
}

export type UpdateJob = {
  readonly optimizer: OptimizerSpec;
  /** Factor on the gradient that brings its global norm within bounds. */
  readonly gradientScale: number;
  /** 1-based count of updates, this one included. */
  readonly step: number;
};

/** One Adam step on one tensor, and its transposed copy brought up to date. */
export function updateTensor(
  engine: Engine,
  { optimizer, gradientScale, step }: UpdateJob,
  tensor: Tensor,
): void {
  const { layout, kernels } = engine;
  const at = tensor.offset * 4;
  const { learningRate, beta1, beta2, epsilon, weightDecay } = optimizer;
  kernels.adam(
    layout.weights + at,
    layout.gradients + at,
    layout.firstMoments + at,
    layout.secondMoments + at,
    tensor.rows * tensor.columns,
    gradientScale,
    beta1,
    beta2,
    epsilon,
    learningRate / (1 - beta1 ** step),
    1 / (1 - beta2 ** step),
    learningRate * weightDecay,
  );
  transposeTensor(engine, tensor);
}

export function transposeTensor(engine: Engine, tensor: Tensor): void {
  const from = engine.layout.weights + tensor.offset * 4;
  const to = engine.layout.transposed + tensor.offset * 4;
  engine.kernels.transpose(from, tensor.columns, tensor.rows, tensor.columns, to, tensor.rows);
}
