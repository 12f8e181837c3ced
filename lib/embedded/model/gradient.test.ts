import { beforeAll, expect, test } from 'vitest';
import type { Datum, LossSpec } from '@/lib/rl/datum';
import { packBatch, sharedDoubles } from './batch';
import { createEngine, createModelMemory, type Engine } from './engine';
import { computeShardGradient } from './gradient';
import { GRADIENT_SHARDS, layOutMemory, type Tensor } from './layout';
import { lossMetrics, STATISTICS_PER_SHARD } from './loss-statistics';
import { loadKernelModule } from './model-files';
import { initialiseWeights } from './model-state';
import { reduceTensor, transposeTensor } from './optimizer';
import { normal, uniform } from './random';
import { VOCABULARY_SIZE } from '@/lib/tokenizers/byte-vocabulary';

// The gradient of every tensor is compared with a central finite difference of the loss along a random direction.

const SHAPE = { modelWidth: 32, layers: 2, heads: 2, context: 24 };
const LENGTHS = [9, 4, 17, 2, 25, 8, 13];

let engine: Engine;

beforeAll(async () => {
  const memory = createModelMemory(SHAPE, 1);
  initialiseWeights(memory, layOutMemory(SHAPE, 1), 11);
  engine = createEngine({ module: await loadKernelModule(), memory, shape: SHAPE, threads: 1, thread: 0 });
  for (const tensor of engine.layout.tensors.all) {
    // gains away from 1, so that a forgotten gain shows
    if (tensor.deviation === null) shift(tensor, (index) => 0.3 * normal(5, index), 1);
    transposeTensor(engine, tensor);
  }
});

function shift(tensor: Tensor, direction: (index: number) => number, amount: number): void {
  const from = engine.layout.weights / 4 + tensor.offset;
  for (let index = 0; index < tensor.rows * tensor.columns; index += 1) {
    engine.floats[from + index] = (engine.floats[from + index] ?? 0) + amount * direction(index);
  }
}

function evaluate(batch: readonly Datum[], loss: LossSpec): number {
  const totalWeight = batch.reduce((sum, datum) => sum + datum.weights.reduce((a, b) => a + b, 0), 0);
  const statistics = sharedDoubles(GRADIENT_SHARDS * STATISTICS_PER_SHARD);
  const normalizer = loss.normalizer ?? totalWeight;
  const job = { batch: packBatch(batch), loss, normalizer, statistics };
  for (let shard = 0; shard < GRADIENT_SHARDS; shard += 1) computeShardGradient(engine, job, shard);
  return lossMetrics(statistics, loss)['loss'] ?? NaN;
}

/** Sequences whose old log-probabilities are the current ones plus an offset per token, so that ratios are known. */
function batchWithRatios(logRatio: (draw: number) => number): Datum[] {
  return LENGTHS.map((length, sequence) => {
    const draw = (at: number): number => uniform(sequence + 1, at);
    const tokens = Int32Array.from({ length }, (_, at) => Math.floor(draw(at) * VOCABULARY_SIZE));
    const weights = Float32Array.from({ length }, (_, at) => (at === 0 ? 0 : at % 3 === 0 ? 0.5 : 1));
    const advantages = Float32Array.from({ length }, (_, at) => draw(200 + at) - 0.5);
    const current = currentLogprobs({ tokens, weights });
    const logprobs = Float32Array.from(current, (value, at) => value - logRatio(draw(300 + at)));
    const referenceLogprobs = Float32Array.from(current, (value, at) => value - spread(draw(400 + at)));
    return { tokens, weights, logprobs, advantages, referenceLogprobs };
  });
}

function currentLogprobs(datum: Datum): Float32Array {
  return Float32Array.from(datum.tokens, (_, at) => {
    if (at === 0) return 0;
    const only = Float32Array.from(datum.tokens, (_unused, index) => (index === at ? 1 : 0));
    return -evaluate([{ ...datum, weights: only }], {
      kind: 'cross_entropy',
      entropyCoefficient: 0,
      temperature: TEMPERATURE,
    });
  });
}

const TEMPERATURE = 0.8;
// inside the bounds, and beyond each of them, but never near a kink
const BESIDE_KINKS = [-0.6, -0.1, 0.05, 0.12, 0.6, 1.6];
const spread = (draw: number): number => BESIDE_KINKS[Math.floor(draw * BESIDE_KINKS.length)] ?? 0;

const LOSSES: LossSpec[] = [
  { kind: 'cross_entropy', entropyCoefficient: 0, temperature: TEMPERATURE },
  { kind: 'importance_sampling', entropyCoefficient: 0.05, temperature: TEMPERATURE },
  {
    kind: 'ppo',
    clipLow: 0.2,
    clipHigh: 0.28,
    dualClip: 3,
    entropyCoefficient: 0.05,
    temperature: TEMPERATURE,
  },
];

test.each(LOSSES)('the gradient of $kind agrees with finite differences on every tensor', (loss) => {
  expectTrueGradient(batchWithRatios(spread), loss);
});

test.each(['k1', 'abs', 'k2', 'k3', 'low_var_kl'] as const)('so does that of the KL term %s', (estimator) => {
  const kl = { estimator, coefficient: 0.7 };
  const sampling = { kind: 'importance_sampling', entropyCoefficient: 0, temperature: TEMPERATURE } as const;
  expectTrueGradient(batchWithRatios(spread), { ...sampling, kl, normalizer: 40 });
});

test('and that of GSPO, whose ratio is that of the whole sequence', () => {
  const loss = { kind: 'gspo', clipLow: 0.2, clipHigh: 0.28 } as const;
  // one ratio, one advantage and one weight per sequence, as the loss asks for
  const batch = batchWithRatios((draw) => 0.1 * (draw - 0.5)).map((datum, sequence) => ({
    ...datum,
    logprobs: Float32Array.from(datum.logprobs ?? [], (value) => value - (BESIDE_KINKS[sequence] ?? 0)),
    advantages: filled(datum, sequence % 2 === 0 ? 1 : -0.5),
    weights: filled(datum, 1 / (datum.tokens.length - 1)).map((weight, at) => (at === 0 ? 0 : weight)),
  }));
  expectTrueGradient(batch, { ...loss, entropyCoefficient: 0, temperature: TEMPERATURE, normalizer: 7 });
});

function filled({ tokens }: Datum, value: number): Float32Array {
  return new Float32Array(tokens.length).fill(value);
}

function expectTrueGradient(batch: readonly Datum[], loss: LossSpec): void {
  evaluate(batch, loss);
  const { tensors, gradients } = engine.layout;
  for (const tensor of tensors.all) reduceTensor(engine, tensor);
  const analytic = engine.floats.slice(gradients / 4, gradients / 4 + tensors.parameterFloats);
  for (const tensor of tensors.all) {
    const gradient = analytic.subarray(tensor.offset, tensor.offset + tensor.rows * tensor.columns);
    const norm = Math.hypot(...gradient);
    expect(norm).toBeGreaterThan(0);
    // every element takes part equally, so the derivative along such a direction is about norm / √n
    const scale = 1 / Math.sqrt(gradient.length);
    const direction = (index: number): number => scale * normal(tensor.offset + 1, index);
    const expected = gradient.reduce((sum, value, index) => sum + value * direction(index), 0);
    const step = 0.02;
    shift(tensor, direction, step);
    const above = evaluate(batch, loss);
    shift(tensor, direction, -2 * step);
    const below = evaluate(batch, loss);
    shift(tensor, direction, step);
    const measured = (above - below) / (2 * step);
    expect(Math.abs(measured - expected) / (norm * scale), tensor.name).toBeLessThan(0.005);
  }
}

test('the order of sequences in a batch changes neither loss nor gradient beyond rounding', () => {
  const loss = LOSSES[2] ?? LOSSES[0];
  if (!loss) throw new Error('no loss');
  const batch = batchWithRatios(spread);
  const forward = evaluate(batch, loss);
  expect(evaluate([...batch].reverse(), loss)).toBeCloseTo(forward, 6);
});
