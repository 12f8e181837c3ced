import type { ModelShape } from './learner';
import { VOCABULARY_SIZE } from '@/lib/tokenizers/byte-vocabulary';

/** Gradients are summed per shard and then over shards in order, so the sum does not depend on who computed what. */
export const GRADIENT_SHARDS = 4;
/** Activations of about this many positions stay in a core's second-level cache (measured best of 128 … 1024). */
const TARGET_ROWS = 256;
const MAX_DECODE_ROWS = 64;
const DECODE_CACHE_BYTES = 48 * 1024 * 1024;
const FLOAT_BYTES = 4;
const PAGE_BYTES = 65_536;

export const roundUp8 = (count: number): number => (count + 7) & ~7;
/** Row stride of logits. */
export const PADDED_VOCABULARY = roundUp8(VOCABULARY_SIZE);

/** One trained tensor. `offset` is in floats from the start of a parameter block. */
export type Tensor = {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly offset: number;
  /** Standard deviation of its initial values; null = all ones. */
  readonly deviation: number | null;
};

export type LayerTensors = Readonly<Record<'norm1' | 'qkv' | 'out' | 'norm2' | 'up' | 'down', Tensor>>;

export type ModelTensors = {
  readonly embedding: Tensor;
  readonly position: Tensor;
  readonly layers: readonly LayerTensors[];
  readonly norm: Tensor;
  readonly head: Tensor;
  /** All of the above, in the order of their offsets. */
  readonly all: readonly Tensor[];
  readonly parameterFloats: number;
};

/** Byte addresses in the shared memory. The blocks from `weights` to `transposed` have one layout, `ModelTensors`. */
export type MemoryLayout = {
  readonly tensors: ModelTensors;
  readonly weights: number;
  readonly samplingWeights: number;
  readonly firstMoments: number;
  readonly secondMoments: number;
  /** Every matrix transposed, for gradients with respect to inputs. */
  readonly transposed: number;
  /** GRADIENT_SHARDS blocks, one after the other; the reduced gradient ends up in the first. */
  readonly gradients: number;
  /** One private area per thread. */
  readonly scratch: number;
  readonly scratchBytes: number;
  /** Positions that one forward pass takes at most. */
  readonly trainRows: number;
  /** Sequences that one thread decodes at once. */
  readonly decodeRows: number;
  readonly pages: number;
};

export function layOutTensors(shape: ModelShape): ModelTensors {
  const all: Tensor[] = [];
  let offset = 0;
  const add = (name: string, size: readonly [number, number], deviation: number | null): Tensor => {
    const tensor = { name, rows: size[0], columns: size[1], offset, deviation };
    all.push(tensor);
    offset += size[0] * size[1];
    return tensor;
  };
  const width = shape.modelWidth;
  const fanIn = 1 / Math.sqrt(width);
  // the two projections that write to the residual stream start smaller, so that its variance does not grow with depth
  const residual = fanIn / Math.sqrt(2 * shape.layers);
  const embedding = add('embedding', [PADDED_VOCABULARY, width], 0.1);
  const position = add('position', [shape.context, width], 0.1);
  const layers = Array.from({ length: shape.layers }, (_, index) => ({
    norm1: add(`layers.${index}.norm1`, [1, width], null),
    qkv: add(`layers.${index}.qkv`, [width, 3 * width], fanIn),
    out: add(`layers.${index}.out`, [width, width], residual),
    norm2: add(`layers.${index}.norm2`, [1, width], null),
    up: add(`layers.${index}.up`, [width, 4 * width], fanIn),
    down: add(`layers.${index}.down`, [4 * width, width], residual / 2),
  }));
  const norm = add('norm', [1, width], null);
  const head = add('head', [width, PADDED_VOCABULARY], fanIn / 2);
  return { embedding, position, layers, norm, head, all, parameterFloats: offset };
}

/** Floats of keys and values of one sequence in all layers. */
export function cacheFloats(shape: ModelShape): number {
  return shape.layers * 2 * shape.context * shape.modelWidth;
}

function decodeScratchFloats(shape: ModelShape, rows: number): number {
  const perRow = cacheFloats(shape) + 18 * shape.modelWidth + 2 * PADDED_VOCABULARY + 16;
  return rows * perRow + shape.context;
}

function trainScratchFloats(shape: ModelShape, rows: number): number {
  const width = shape.modelWidth;
  const attention = shape.heads * rows * shape.context;
  const perLayer = rows * (16 * width + 2) + attention;
  const gradients = rows * 10 * width;
  const vocabulary = rows * (2 * PADDED_VOCABULARY + 5 * width + 16);
  const heads = 2 * shape.context * shape.context + shape.context * width;
  return shape.layers * perLayer + gradients + vocabulary + heads;
}

export function layOutMemory(shape: ModelShape, threads: number): MemoryLayout {
  const tensors = layOutTensors(shape);
  const block = tensors.parameterFloats * FLOAT_BYTES;
  const trainRows = Math.max(TARGET_ROWS, shape.context);
  const affordable = Math.floor(DECODE_CACHE_BYTES / (cacheFloats(shape) * FLOAT_BYTES));
  const decodeRows = Math.max(4, Math.min(MAX_DECODE_ROWS, affordable));
  const scratchFloats = Math.max(
    decodeScratchFloats(shape, decodeRows),
    trainScratchFloats(shape, trainRows),
  );
  const scratchBytes = roundUp8(scratchFloats) * FLOAT_BYTES + PAGE_BYTES;
  // address 0 stays unused, so that a missing pointer is noticed
  const start = PAGE_BYTES;
  const scratch = start + (5 + GRADIENT_SHARDS) * block;
  return {
    tensors,
    weights: start,
    samplingWeights: start + block,
    firstMoments: start + 2 * block,
    secondMoments: start + 3 * block,
    transposed: start + 4 * block,
    gradients: start + 5 * block,
    scratch,
    scratchBytes,
    trainRows,
    decodeRows,
    pages: Math.ceil((scratch + threads * scratchBytes) / PAGE_BYTES),
  };
}
