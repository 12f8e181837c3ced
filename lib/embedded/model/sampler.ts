import { type Engine, multiply } from './engine';
import { cacheFloats, PADDED_VOCABULARY } from './layout';
import { uniform } from './random';
import type { SampleJob } from './sample-job';
import { VOCABULARY_SIZE } from '@/lib/tokenizers/byte-vocabulary';
import { allocateLayer, type LayerActivations, runLayer } from './transformer';

/** A sequence that is being decoded. */
type Row = {
  readonly request: number;
  /** Its place in the key-value cache. */
  readonly slot: number;
  readonly promptLength: number;
  /** Tokens fed so far. */
  position: number;
  /** Token to feed next. */
  next: number;
  produced: number;
};

/** Addresses of a decoding thread's area. */
type Buffers = {
  readonly rows: number;
  readonly tokens: number;
  readonly positions: number;
  readonly slots: number;
  readonly asked: number;
  readonly act: LayerActivations;
  readonly picked: number;
  readonly normed: number;
  readonly inverse: number;
  readonly logits: number;
  readonly probabilities: number;
  readonly entropies: number;
  readonly scores: number;
  readonly cache: number;
};

/**
 * Decodes requests until `claim` has no more: every finished row makes room for the next request. Prompts are fed
 * token by token like completions, so rows of any length share a batch without padding. A row's numbers depend on
 * that row alone, hence not on what else is in the batch.
 */
export function sampleRequests(engine: Engine, job: SampleJob, claim: Claim): void {
  const buffers = allocateBuffers(engine, claim.share);
  const free = Array.from({ length: buffers.rows }, (_, slot) => buffers.rows - 1 - slot);
  let rows: Row[] = [];
  for (;;) {
    for (let slot = free.pop(); slot !== undefined; slot = free.pop()) {
      const request = claim.next();
      if (request === null) break;
      rows.push(startRow(job, request, slot));
    }
    if (rows.length === 0) return;
    feedRows(engine, buffers, rows);
    const asked = rows.filter((row) => row.position >= row.promptLength);
    const done = new Set(produceTokens(engine, { buffers, job, rows, asked }));
    for (const row of rows) if (row.position < row.promptLength) row.next = promptToken(job, row);
    for (const row of done) free.push(row.slot);
    if (done.size > 0) rows = rows.filter((row) => !done.has(row));
  }
}

export type Claim = {
  /** Index of the next request, null when all are taken. */
  readonly next: () => number | null;
  /** Rows that this thread should hold at most, so that others find some too. */
  readonly share: number;
};

function startRow(job: SampleJob, request: number, slot: number): Row {
  const from = job.promptOffsets[request] ?? 0;
  const promptLength = (job.promptOffsets[request + 1] ?? 0) - from;
  return { request, slot, promptLength, position: 0, next: job.prompts[from] ?? 0, produced: 0 };
}

function promptToken(job: SampleJob, row: Row): number {
  return job.prompts[(job.promptOffsets[row.request] ?? 0) + row.position] ?? 0;
}

function allocateBuffers(engine: Engine, share: number): Buffers {
  const { scratch, shape, layout } = engine;
  scratch.reset();
  const rows = Math.max(1, Math.min(share, layout.decodeRows));
  const width = shape.modelWidth;
  return {
    rows,
    tokens: scratch.floats(rows),
    positions: scratch.floats(rows),
    slots: scratch.floats(rows),
    asked: scratch.floats(rows),
    act: allocateLayer(engine, rows, scratch.floats(rows * width)),
    picked: scratch.floats(rows * width),
    normed: scratch.floats(rows * width),
    inverse: scratch.floats(rows),
    logits: scratch.floats(rows * PADDED_VOCABULARY),
    probabilities: scratch.floats(rows * PADDED_VOCABULARY),
    entropies: scratch.floats(rows),
    scores: scratch.floats(shape.context),
    cache: scratch.floats(rows * cacheFloats(shape)),
  };
}

/** Feeds one token of every row through all layers; the residual stream ends up in act.x. */
function feedRows(engine: Engine, buffers: Buffers, rows: readonly Row[]): void {
  const { kernels, shape, layout, ints } = engine;
  const { act } = buffers;
  const weights = layout.samplingWeights;
  const width = shape.modelWidth;
  for (const [index, row] of rows.entries()) {
    ints[buffers.tokens / 4 + index] = row.next;
    ints[buffers.positions / 4 + index] = row.position;
    ints[buffers.slots / 4 + index] = row.slot;
    row.position += 1;
  }
  const tables = [
    weights + layout.tensors.embedding.offset * 4,
    weights + layout.tensors.position.offset * 4,
  ] as const;
  kernels.embed(buffers.tokens, buffers.positions, rows.length, width, ...tables, act.x);
  for (const [index, tensors] of layout.tensors.layers.entries()) {
    const attend = (): void => {
      kernels.attentionDecode(
        act.qkv,
        act.attended,
        rows.length,
        buffers.slots,
        buffers.positions,
        buffers.cache + index * 2 * shape.context * width * 4,
        cacheFloats(shape),
        shape.context,
        shape.heads,
        width / shape.heads,
        buffers.scores,
      );
    };
    runLayer(engine, { rows: rows.length, tensors, act, weights, out: act.x, attend });
  }
}

type Production = {
  readonly buffers: Buffers;
  readonly job: SampleJob;
  readonly rows: readonly Row[];
  /** Rows whose prompt has been fed. */
  readonly asked: readonly Row[];
};

/** Draws the next token of every asked row; returns the rows that are finished. */
function produceTokens(engine: Engine, { buffers, job, rows, asked }: Production): readonly Row[] {
  if (asked.length === 0) return [];
  const { kernels, layout, shape, ints } = engine;
  const { tensors, samplingWeights: weights } = layout;
  const width = shape.modelWidth;
  let count = 0;
  for (const [index, row] of rows.entries()) {
    if (row.position < row.promptLength) continue;
    ints[buffers.asked / 4 + count] = index;
    count += 1;
  }
  kernels.gather(buffers.asked, count, width, buffers.act.x, buffers.picked);
  const gain = weights + tensors.norm.offset * 4;
  kernels.rmsNorm(buffers.picked, gain, buffers.normed, buffers.inverse, count, width);
  const head = { tensor: tensors.head, rows: count, x: buffers.normed, y: buffers.logits };
  multiply(engine, head, { weights, accumulate: false });
  return asked.filter((row, index) => {
    const token = drawToken(engine, { buffers, index, row, job });
    return recordToken(job, row, token);
  });
}

type Draw = { readonly buffers: Buffers; readonly index: number; readonly row: Row; readonly job: SampleJob };
type Drawn = { readonly token: number; readonly logprob: number };

/** Greedy at temperature 0 (log-probabilities are then those at temperature 1), else an inverse-CDF draw. */
function drawToken(engine: Engine, { buffers, index, row, job }: Draw): Drawn {
  const { kernels, floats } = engine;
  const logits = buffers.logits + index * PADDED_VOCABULARY * 4;
  const probabilities = buffers.probabilities + index * PADDED_VOCABULARY * 4;
  const temperature = job.temperatures[row.request] ?? 1;
  const inverse = temperature === 0 ? 1 : 1 / temperature;
  const sizes = [1, VOCABULARY_SIZE, PADDED_VOCABULARY] as const;
  kernels.logSoftmax(logits, probabilities, buffers.entropies, ...sizes, inverse);
  const draw = uniform(job.seeds[row.request] ?? 0, row.produced);
  const token =
    temperature === 0
      ? kernels.bestToken(probabilities, VOCABULARY_SIZE)
      : kernels.pickToken(probabilities, VOCABULARY_SIZE, draw);
  return { token, logprob: floats[logits / 4 + token] ?? NaN };
}

/** Notes the token; true when the completion is finished. */
function recordToken(job: SampleJob, row: Row, { token, logprob }: Drawn): boolean {
  const { request } = row;
  const from = job.outOffsets[request] ?? 0;
  job.tokens[from + row.produced] = token;
  job.logprobs[from + row.produced] = logprob;
  row.produced += 1;
  row.next = token;
  job.lengths[request] = row.produced;
  const stops = job.stops.subarray(job.stopOffsets[request] ?? 0, job.stopOffsets[request + 1] ?? 0);
  if (stops.includes(token)) {
    job.stopped[request] = 1;
    return true;
  }
  return from + row.produced >= (job.outOffsets[request + 1] ?? 0);
}
