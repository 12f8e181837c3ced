import type { LossSpec } from '@/lib/rl/datum';
import { tokenKl, tokenLoss } from '@/lib/rl/loss/token-loss';
import { backwardPass } from './backward';
import { type MicroBatch, type PackedBatch, splitMicroBatches } from './batch';
import { type Engine, fillZero, writeInts } from './engine';
import { GRADIENT_SHARDS, PADDED_VOCABULARY } from './layout';
import { addTokenStatistics } from './loss-statistics';
import { VOCABULARY_SIZE } from '@/lib/tokenizers/byte-vocabulary';
import { type ForwardPass, forwardPass, type Span } from './transformer';

export type GradientJob = {
  readonly batch: PackedBatch;
  readonly loss: LossSpec;
  /** What the weighted sum of the tokens' losses is divided by. */
  readonly normalizer: number;
  /** STATISTICS_PER_SHARD sums per shard, zero at the start. */
  readonly statistics: Float64Array;
  /** Add to the gradient that is there, instead of beginning with zero. */
  readonly accumulate?: boolean;
  /** Takes the log-probability of every token but the first of each sequence, trained or not. */
  readonly logprobs?: Float32Array;
};

/** Gradient of the sequences i ≡ shard (mod GRADIENT_SHARDS), into the shard's gradient block. */
export function computeShardGradient(engine: Engine, job: GradientJob, shard: number): void {
  const { layout } = engine;
  const gradients = layout.gradients + shard * layout.tensors.parameterFloats * 4;
  if (job.accumulate !== true) fillZero(engine, gradients, layout.tensors.parameterFloats);
  const sequences = [...Array(job.batch.offsets.length - 1).keys()].filter(
    (sequence) => sequence % GRADIENT_SHARDS === shard,
  );
  for (const micro of splitMicroBatches(sequences, job.batch.offsets, layout.trainRows)) {
    const rows = collectRows(job.batch, micro, { trainedOnly: job.logprobs === undefined });
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
    const row = logProbabilities / 4 + index * PADDED_VOCABULARY;
    out[at] = engine.floats[row + target] ?? NaN;
    if (job.top !== undefined) writeTop(engine.floats.subarray(row, row + VOCABULARY_SIZE), at, job.top);
  }
}

function writeTop(row: Float32Array, at: number, top: NonNullable<LogprobJob['top']>): void {
  const order = [...row.keys()].sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0) || a - b);
  for (const [place, token] of order.slice(0, top.count).entries()) {
    top.tokens[at * top.count + place] = token;
    top.logprobs[at * top.count + place] = row[token] ?? NaN;
  }
}

export type LogprobJob = {
  readonly batch: PackedBatch;
  readonly inverseTemperature: number;
  readonly out: Float32Array;
  /** Also the `count` likeliest tokens at every place, `count` entries per token of the batch. */
  readonly top?: { readonly count: number; readonly tokens: Int32Array; readonly logprobs: Float32Array };
};

type Rows = {
  readonly tokens: readonly number[];
  readonly spans: readonly Span[];
  readonly askedRows: readonly number[];
  /** Index into the packed batch of the token that each asked row predicts. */
  readonly targetIndices: readonly number[];
  /** Sequence of each asked row, by its place in the micro-batch. */
  readonly sequences: readonly number[];
};

function collectRows(batch: PackedBatch, micro: MicroBatch, options: { trainedOnly: boolean }): Rows {
  const tokens: number[] = [];
  const spans: Span[] = [];
  const askedRows: number[] = [];
  const targetIndices: number[] = [];
  const sequences: number[] = [];
  for (const [place, sequence] of micro.sequences.entries()) {
    const from = batch.offsets[sequence] ?? 0;
    const to = batch.offsets[sequence + 1] ?? 0;
    spans.push({ start: tokens.length, length: to - from - 1 });
    for (let at = from; at < to - 1; at += 1) {
      if (!options.trainedOnly || batch.weights[at + 1] !== 0) {
        askedRows.push(tokens.length);
        targetIndices.push(at + 1);
        sequences.push(place);
      }
      tokens.push(batch.tokens[at] ?? 0);
    }
  }
  return { tokens, spans, askedRows, targetIndices, sequences };
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
  const { batch, loss, normalizer, statistics } = job;
  const { floats, scratch } = engine;
  const inverseTemperature = 1 / loss.temperature;
  const { logProbabilities, probabilities, entropies } = distributions(engine, pass, inverseTemperature);
  const slopes = scratch.floats(pass.asked);
  const entropyWeights = scratch.floats(pass.asked);
  const targets = writeInts(
    engine,
    rows.targetIndices.map((at) => batch.tokens[at] ?? 0),
  );
  const logprobAt = (index: number): number => {
    const target = batch.tokens[rows.targetIndices[index] ?? 0] ?? 0;
    return floats[logProbabilities / 4 + index * PADDED_VOCABULARY + target] ?? NaN;
  };
  const sequenceLogRatios = loss.kind === 'gspo' ? meanLogRatios(rows, batch, logprobAt) : [];
  for (const [index, at] of rows.targetIndices.entries()) {
    const weight = batch.weights[at] ?? 0;
    const sequenceLogRatio = sequenceLogRatios[rows.sequences[index] ?? 0] ?? 0;
    const outcome = tokenOutcome(job, { at, logprob: logprobAt(index), sequenceLogRatio });
    const entropy = floats[entropies / 4 + index] ?? NaN;
    if (job.logprobs !== undefined) job.logprobs[at] = outcome.logprob;
    if (weight !== 0) addTokenStatistics(statistics, shard, { ...outcome, weight, entropy });
    floats[slopes / 4 + index] = (outcome.totalSlope * weight) / normalizer;
    floats[entropyWeights / 4 + index] = (loss.entropyCoefficient * weight) / normalizer;
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

type TrainedAt = { readonly at: number; readonly logprob: number; readonly sequenceLogRatio: number };

/** Loss of the token at a place of the packed batch, with what its statistics need. */
function tokenOutcome({ batch, loss }: GradientJob, { at, logprob, sequenceLogRatio }: TrainedAt) {
  const old = loss.kind === 'cross_entropy' ? logprob : (batch.logprobs[at] ?? 0);
  const input = { logprob, old, advantage: batch.advantages[at] ?? 0, sequenceLogRatio };
  const policy = tokenLoss(loss, input);
  const kl = tokenKl(loss, logprob, batch.references[at] ?? logprob);
  const totalSlope = kl === null ? policy.slope : policy.slope + kl.slope;
  return { ...input, ...policy, kl: kl?.loss ?? 0, totalSlope };
}

/** Mean of log p − log p_old over the trained tokens of each sequence of the micro-batch. */
function meanLogRatios(
  rows: Rows,
  batch: PackedBatch,
  logprobAt: (index: number) => number,
): readonly number[] {
  const sums = rows.spans.map(() => 0);
  const counts = rows.spans.map(() => 0);
  for (const [index, at] of rows.targetIndices.entries()) {
    const place = rows.sequences[index] ?? 0;
    sums[place] = (sums[place] ?? 0) + logprobAt(index) - (batch.logprobs[at] ?? 0);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return sums.map((sum, place) => sum / Math.max(1, counts[place] ?? 0));
}
