import { gemm, transpose } from './gemm';
import { exp1, exp4, maxLanes, sumLanes } from './math';

// Causal multi-head attention. A row of `qkv` holds queries, keys and values, each of heads × headWidth floats.

/** Row of scores → probabilities over its first `length` entries; entries length…padded−1 become 0. */
function softmaxRow(row: usize, length: i32, padded: i32, scale: f32): void {
  const whole = length & ~3;
  let top = f32x4.splat(-f32.MAX_VALUE);
  for (let i = 0; i < whole; i += 4) top = f32x4.max(top, v128.load(row + ((<usize>i) << 2)));
  let highest = maxLanes(top);
  for (let i = whole; i < length; i++) highest = max(highest, load<f32>(row + ((<usize>i) << 2)));
  const scales = f32x4.splat(scale);
  const offset = f32x4.splat(highest * scale);
  let sums = f32x4.splat(0);
  for (let i = 0; i < whole; i += 4) {
    const at = row + ((<usize>i) << 2);
    const e = exp4(f32x4.sub(f32x4.mul(v128.load(at), scales), offset));
    v128.store(at, e);
    sums = f32x4.add(sums, e);
  }
  let sum = sumLanes(sums);
  for (let i = whole; i < length; i++) {
    const at = row + ((<usize>i) << 2);
    const e = exp1(load<f32>(at) * scale - highest * scale);
    store<f32>(at, e);
    sum += e;
  }
  for (let i = length; i < padded; i++) store<f32>(row + ((<usize>i) << 2), 0);
  const inverse = f32x4.splat(1 / sum);
  for (let i = 0; i < padded; i += 4) {
    const at = row + ((<usize>i) << 2);
    v128.store(at, f32x4.mul(v128.load(at), inverse));
  }
}

/**
 * One sequence of `length` rows. `probabilities` (heads × length × padded, padded = length rounded up to 8) is kept
 * for the backward pass; `scratch` holds headWidth × padded floats.
 */
export function attention(
  qkv: usize,
  out: usize,
  probabilities: usize,
  length: i32,
  padded: i32,
  heads: i32,
  headWidth: i32,
  scratch: usize,
): void {
  const width = heads * headWidth;
  const ld = 3 * width;
  const scale: f32 = 1 / sqrt<f32>(<f32>headWidth);
  for (let h = 0; h < heads; h++) {
    const q = qkv + ((<usize>(h * headWidth)) << 2);
    const k = q + ((<usize>width) << 2);
    const v = k + ((<usize>width) << 2);
    const p = probabilities + ((<usize>(h * length * padded)) << 2);
    transpose(k, ld, length, headWidth, scratch, padded);
    gemm(q, ld, 1, scratch, padded, p, padded, length, padded, headWidth, 0);
    for (let i = 0; i < length; i++) softmaxRow(p + ((<usize>(i * padded)) << 2), i + 1, padded, scale);
    gemm(p, padded, 1, v, ld, out + ((<usize>(h * headWidth)) << 2), width, length, headWidth, length, 0);
  }
}

/**
 * Gradient of `attention`: reads qkv, probabilities and dOut, writes dqkv. `scratch` holds headWidth × padded +
 * length × padded floats.
 */
export function attentionBackward(
  qkv: usize,
  dOut: usize,
  probabilities: usize,
  dqkv: usize,
  length: i32,
  padded: i32,
  heads: i32,
  headWidth: i32,
  scratch: usize,
): void {
  const width = heads * headWidth;
  const ld = 3 * width;
  const scale: f32 = 1 / sqrt<f32>(<f32>headWidth);
  const ds = scratch + ((<usize>(headWidth * padded)) << 2);
  for (let h = 0; h < heads; h++) {
    const shift = (<usize>(h * headWidth)) << 2;
    const block = (<usize>width) << 2;
    const p = probabilities + ((<usize>(h * length * padded)) << 2);
    const dO = dOut + shift;
    // dV = Pᵀ·dO, dP = dO·Vᵀ
    gemm(p, 1, padded, dO, width, dqkv + shift + 2 * block, ld, length, headWidth, length, 0);
    transpose(qkv + shift + 2 * block, ld, length, headWidth, scratch, padded);
    gemm(dO, width, 1, scratch, padded, ds, padded, length, padded, headWidth, 0);
    for (let i = 0; i < length; i++) {
      const row = (<usize>(i * padded)) << 2;
      softmaxRowBackward(p + row, ds + row, padded, scale);
    }
    // dQ = dS·K, dK = dSᵀ·Q
    gemm(ds, padded, 1, qkv + shift + block, ld, dqkv + shift, ld, length, headWidth, length, 0);
    gemm(ds, 1, padded, qkv + shift, ld, dqkv + shift + block, ld, length, headWidth, length, 0);
  }
}

/** d = p∘(d − Σ p∘d)·scale; entries beyond the row's own position have p = 0 and so become 0. */
function softmaxRowBackward(p: usize, d: usize, padded: i32, scale: f32): void {
  const bytes = (<usize>padded) << 2;
  let dot = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    dot = f32x4.add(dot, f32x4.mul(v128.load(p + i), v128.load(d + i)));
  }
  const mean = f32x4.splat(sumLanes(dot));
  const scales = f32x4.splat(scale);
  for (let i: usize = 0; i < bytes; i += 16) {
    const change = f32x4.mul(v128.load(p + i), f32x4.sub(v128.load(d + i), mean));
    v128.store(d + i, f32x4.mul(change, scales));
  }
}

/**
 * One new position for each of `rows` sequences. slots[r] names the sequence's place in the cache, positions[r] its
 * position. A slot holds per head the keys transposed (headWidth × context), then the values (context × headWidth),
 * so that the sums run in the same order as in `attention`. `scores` holds `context` floats.
 */
export function attentionDecode(
  qkv: usize,
  out: usize,
  rows: i32,
  slots: usize,
  positions: usize,
  cache: usize,
  slotStride: i32,
  context: i32,
  heads: i32,
  headWidth: i32,
  scores: usize,
): void {
  const width = heads * headWidth;
  const scale: f32 = 1 / sqrt<f32>(<f32>headWidth);
  const plane = (<usize>(context * headWidth)) << 2;
  for (let r = 0; r < rows; r++) {
    const position = load<i32>(positions + ((<usize>r) << 2));
    const padded = (position + 8) & ~7;
    const q = qkv + ((<usize>(r * 3 * width)) << 2);
    let keys = cache + ((<usize>load<i32>(slots + ((<usize>r) << 2)) * <usize>slotStride) << 2);
    for (let h = 0; h < heads; h++) {
      const values = keys + plane;
      const shift = (<usize>(h * headWidth)) << 2;
      const k = q + ((<usize>width) << 2) + shift;
      for (let i = 0; i < headWidth; i++) {
        store<f32>(keys + ((<usize>(i * context + position)) << 2), load<f32>(k + ((<usize>i) << 2)));
      }
      memory.copy(
        values + ((<usize>(position * headWidth)) << 2),
        k + ((<usize>width) << 2),
        (<usize>headWidth) << 2,
      );
      gemm(q + shift, width, 1, keys, context, scores, context, 1, padded, headWidth, 0);
      softmaxRow(scores, position + 1, padded, scale);
      const o = out + ((<usize>(r * width)) << 2) + shift;
      gemm(scores, context, 1, values, headWidth, o, width, 1, headWidth, position + 1, 0);
      keys = values + plane;
    }
  }
}
