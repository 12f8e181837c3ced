import type { LossSpec } from '@/lib/rl/datum';
import { backwardPass } from './backward';
import { type MicroBatch, type PackedBatch, splitMicroBatches } from './batch';
import { type Engine, fillZero, writeInts } from './engine';
import { GRADIENT_SHARDS, PADDED_VOCABULARY } from './layout';
import { addTokenStatistics } from './loss-statistics';
import { tokenLoss } from './token-loss';
import { VOCABULARY_SIZE } from '@/lib/tokenizers/byte-vocabulary';
import { type ForwardPass, forwardPass, type Span } from './transformer';

export type GradientJob = {
  readonly batch: PackedBatch;
  readonly loss: LossSpec;
  /** Sum of all weights of the batch: the losses are token means. */
  readonly totalWeight: number;
  /** STATISTICS_PER_SHARD sums per shard, zero at the start. */
  readonly statistics: Float64Array;
};

/** Gradient of the sequences i ≡ shard (mod GRADIENT_SHARDS), into the shard's gradient block. */
export function computeShardGradient(engine: Engine, job: GradientJob, shard: number): void {
  const { layout } = engine;
  const gradients = layout.gradients + shard * layout.tensors.parameterFloats * 4;
  fillZero(engine, gradients, layout.tensors.parameterFloats);
  const sequences = [...Array(job.batch.offsets.length - 1).keys()].filter(
    (sequence) => sequence % GRADIENT_SHARDS === shard,
  );
  for (const micro of splitMicroBatches(sequences, job.batch.offsets, layout.trainRows)) {
    const rows = collectRows(job.batch, micro, { trainedOnly: true });
    engine.scratch.reset();
    const pass = forwardPass(engine, rows);
    if (pass.asked === 0) continue;
    const dLogits = lossGradient(engine, { job, shard, rows, pass });
    backwardPass(engine, pass, { dLogits, gradients });
  }
}

/** Log-probabilities of every token but the first of the given sequences, into `out`, which is aligned with the batch. */
export function computeLogprobs(engine: Engine, job: LogprobJob, sequence: number): void {
  const { batch, inverseTemperature, out } = job;
  const micro = { sequences: [sequence], rows: 0 };
  const rows = collectRows(batch, micro, { trainedOnly: false });
  engine.scratch.reset();
  const pass = forwardPass(engine, rows);
  const { logProbabilities } = distributions(engine, pass, inverseTemperature);
  for (const [index, at] of rows.targetIndices.entries()) {
    const target = batch.tokens[at] ?? 0;
    out[at] = engine.floats[logProbabilities / 4 + index * PADDED_VOCABULARY + target] ?? NaN;
  }
}

export type LogprobJob = {
  readonly batch: PackedBatch;
  readonly inverseTemperature: number;
  readonly out: Float32Array;
};

type Rows = {
  readonly tokens: readonly number[];
  readonly spans: readonly Span[];
  readonly askedRows: readonly number[];
  /** Index into the packed batch of the token that each asked row predicts. */
  readonly targetIndices: readonly number[];
};

function collectRows(batch: PackedBatch, micro: MicroBatch, options: { trainedOnly: boolean }): Rows {
  const tokens: number[] = [];
  const spans: Span[] = [];
  const askedRows: number[] = [];
  const targetIndices: number[] = [];
  for (const sequence of micro.sequences) {
    const from = batch.offsets[sequence] ?? 0;
    const to = batch.offsets[sequence + 1] ?? 0;
    spans.push({ start: tokens.length, length: to - from - 1 });
    for (let at = from; at < to - 1; at += 1) {
      if (!options.trainedOnly || batch.weights[at + 1] !== 0) {
        askedRows.push(tokens.length);
        targetIndices.push(at + 1);
      }
      tokens.push(batch.tokens[at] ?? 0);
    }
  }
  return { tokens, spans, askedRows, targetIndices };
}

function distributions(engine: Engine, pass: ForwardPass, inverseTemperature: number) {
  const { scratch, kernels } = engine;
  const { asked, logits } = pass;
  const probabilities = scratch.floats(asked * PADDED_VOCABULARY);
  const entropies = scratch.floats(asked);
  const sizes = [asked, VOCABULARY_SIZE, PADDED_VOCABULARY] as const;
  kernels.logSoftmax(logits, probabilities, entropies, ...sizes, inverseTemperature);
  return { logProbabilities: logits, probabilities, entropies };
}

type LossPass = { job: GradientJob; shard: number; rows: Rows; pass: ForwardPass };

/** Address of the gradient with respect to the logits of the asked rows. */
function lossGradient(engine: Engine, { job, shard, rows, pass }: LossPass): number {
  const { batch, loss, totalWeight, statistics } = job;
  const { floats, scratch } = engine;
  const inverseTemperature = 1 / loss.temperature;
  const { logProbabilities, probabilities, entropies } = distributions(engine, pass, inverseTemperature);
  const slopes = scratch.floats(pass.asked);
  const entropyWeights = scratch.floats(pass.asked);
  const targets = writeInts(
    engine,
    rows.targetIndices.map((at) => batch.tokens[at] ?? 0),
  );
  for (const [index, at] of rows.targetIndices.entries()) {
    const target = batch.tokens[at] ?? 0;
    const logprob = floats[logProbabilities / 4 + index * PADDED_VOCABULARY + target] ?? NaN;
    const old = loss.kind === 'cross_entropy' ? logprob : (batch.logprobs[at] ?? 0);
    const input = { logprob, old, advantage: batch.advantages[at] ?? 0 };
    const weight = batch.weights[at] ?? 0;
    const outcome = tokenLoss(loss, input);
    const entropy = floats[entropies / 4 + index] ?? NaN;
    addTokenStatistics(statistics, shard, { ...input, ...outcome, weight, entropy });
    floats[slopes / 4 + index] = (outcome.slope * weight) / totalWeight;
    floats[entropyWeights / 4 + index] = (loss.entropyCoefficient * weight) / totalWeight;
  }
  const rowsAndStride = [pass.asked, PADDED_VOCABULARY] as const;
  engine.kernels.logSoftmaxBackward(
    logProbabilities,
    probabilities,
    entropies,
    targets,
    slopes,
    entropyWeights,
    ...rowsAndStride,
    inverseTemperature,
  );
  return probabilities;
}
