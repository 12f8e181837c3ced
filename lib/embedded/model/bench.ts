import type { Datum, LossSpec, OptimizerSpec } from '@/lib/rl/datum';
import { createLearner } from './create-learner';
import type { Learner, ModelShape } from './learner';
import { uniform } from './random';

export type BenchRow = { readonly name: string; readonly value: string };

const SEQUENCES = 64;
const LENGTH = 64;
const PROMPT_LENGTH = 16;
const ROUNDS = 7;

const SHAPES: readonly ModelShape[] = [
  { modelWidth: 64, layers: 2, heads: 4, context: LENGTH },
  { modelWidth: 128, layers: 4, heads: 4, context: LENGTH },
];

const LOSS: LossSpec = {
  kind: 'ppo',
  clipLow: 0.2,
  clipHigh: 0.28,
  dualClip: 3,
  entropyCoefficient: 0.01,
  temperature: 1,
};

const OPTIMIZER: OptimizerSpec = {
  learningRate: 1e-4,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0,
  gradClip: 1,
};

/** Speed of training and sampling: medians of several rounds, with all threads that the machine offers. */
export async function bench(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const shape of SHAPES) {
    const learner = await createLearner({ shape, seed: 1 });
    const name = `d=${shape.modelWidth} L=${shape.layers}`;
    const training = await median(() => trainOnce(learner));
    const sampling = await median(() => sampleOnce(learner));
    rows.push(
      {
        name: `training step, ${name}, batch ${SEQUENCES} × ${LENGTH} tokens`,
        value: `${training.toFixed(0)} ms`,
      },
      {
        name: `sampling, ${name}, ${SEQUENCES} sequences`,
        value: `${((SEQUENCES * (LENGTH - PROMPT_LENGTH)) / (sampling / 1000)).toFixed(0)} tokens/s`,
      },
    );
    await learner.close();
  }
  return rows;
}

/** Median milliseconds; the first round, in which the engine still compiles, does not count. */
async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const start = performance.now();
    await work();
    if (round > 0) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN;
}

const token = (sequence: number, at: number): number => Math.floor(uniform(sequence, at) * 256);

function trainOnce(learner: Learner): Promise<unknown> {
  const batch = Array.from({ length: SEQUENCES }, (_, sequence): Datum => ({
    // one token more than is fed, so that LENGTH positions are computed
    tokens: Int32Array.from({ length: LENGTH + 1 }, (_unused, at) => token(sequence, at)),
    weights: Float32Array.from({ length: LENGTH + 1 }, (_unused, at) => (at === 0 ? 0 : 1)),
    logprobs: new Float32Array(LENGTH + 1).fill(-5.5),
    advantages: new Float32Array(LENGTH + 1).fill(sequence % 2 === 0 ? 1 : -1),
  }));
  return learner.trainStep(batch, LOSS, OPTIMIZER);
}

function sampleOnce(learner: Learner): Promise<unknown> {
  return learner.sample(
    Array.from({ length: SEQUENCES }, (_, sequence) => ({
      prompt: Array.from({ length: PROMPT_LENGTH }, (_unused, at) => token(sequence, at)),
      maxTokens: LENGTH - PROMPT_LENGTH,
      temperature: 1,
      stopTokens: [],
      seed: sequence,
    })),
  );
}
