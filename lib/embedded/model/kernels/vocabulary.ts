import { exp4, log1, maxLanes, sumLanes } from './math';

const NEVER: f32 = -1e9;

/**
 * Rows of logits → log-probabilities (in place, in `logits`) and probabilities, both of logits·inverseTemperature,
 * and the entropy of each row. Columns vocabulary…ld−1 are padding and get probability 0. ld is a multiple of 8.
 */
export function logSoftmax(
  logits: usize,
  probabilities: usize,
  entropies: usize,
  rows: i32,
  vocabulary: i32,
  ld: i32,
  inverseTemperature: f32,
): void {
  const bytes = (<usize>ld) << 2;
  const scale = f32x4.splat(inverseTemperature);
  for (let r = 0; r < rows; r++) {
    for (let i = vocabulary; i < ld; i++) store<f32>(logits + ((<usize>i) << 2), NEVER);
    let top = v128.load(logits);
    for (let i: usize = 16; i < bytes; i += 16) top = f32x4.max(top, v128.load(logits + i));
    const highest = f32x4.splat(maxLanes(top));
    let sums = f32x4.splat(0);
    let weighted = f32x4.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      const z = f32x4.mul(f32x4.sub(v128.load(logits + i), highest), scale);
      const e = exp4(z);
      v128.store(logits + i, z);
      v128.store(probabilities + i, e);
      sums = f32x4.add(sums, e);
      weighted = f32x4.add(weighted, f32x4.mul(e, z));
    }
    const sum = sumLanes(sums);
    const logSum = <f32>log1(<f64>sum);
    const inverse = f32x4.splat(1 / sum);
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(logits + i, f32x4.sub(v128.load(logits + i), f32x4.splat(logSum)));
      v128.store(probabilities + i, f32x4.mul(v128.load(probabilities + i), inverse));
    }
    // H = −Σ p·log p = log Σe − Σ e·z / Σe
    store<f32>(entropies + ((<usize>r) << 2), logSum - sumLanes(weighted) / sum);
    logits += bytes;
    probabilities += bytes;
  }
}

/**
 * Gradient with respect to the logits, in place of the probabilities. With z the scaled logits, a loss whose
 * derivative by log p(target) is g and by the entropy H is −e has
 * dL/dz_j = g·(1[j = target] − p_j) + e·p_j·(log p_j + H).
 */
export function logSoftmaxBackward(
  logProbabilities: usize,
  probabilities: usize,
  entropies: usize,
  targets: usize,
  g: usize,
  e: usize,
  rows: i32,
  ld: i32,
  inverseTemperature: f32,
): void {
  const bytes = (<usize>ld) << 2;
  for (let r = 0; r < rows; r++) {
    const at = (<usize>r) << 2;
    const gr = load<f32>(g + at) * inverseTemperature;
    const er = f32x4.splat(load<f32>(e + at) * inverseTemperature);
    const base = f32x4.splat(load<f32>(entropies + at));
    const minus = f32x4.splat(gr);
    for (let i: usize = 0; i < bytes; i += 16) {
      const factor = f32x4.sub(f32x4.mul(er, f32x4.add(v128.load(logProbabilities + i), base)), minus);
      v128.store(probabilities + i, f32x4.mul(v128.load(probabilities + i), factor));
    }
    const target = probabilities + ((<usize>load<i32>(targets + at)) << 2);
    store<f32>(target, load<f32>(target) + gr);
    logProbabilities += bytes;
    probabilities += bytes;
  }
}

/** Inverse-CDF draw from a row of probabilities with u in [0, 1). */
export function pickToken(probabilities: usize, vocabulary: i32, u: f32): i32 {
  let sum: f32 = 0;
  let last = 0;
  for (let i = 0; i < vocabulary; i++) {
    const p = load<f32>(probabilities + ((<usize>i) << 2));
    if (p > 0) last = i;
    sum += p;
    if (sum > u) return i;
  }
  return last;
}

/** The first token with the highest probability. */
export function bestToken(probabilities: usize, vocabulary: i32): i32 {
  let best = 0;
  let highest: f32 = -1;
  for (let i = 0; i < vocabulary; i++) {
    const p = load<f32>(probabilities + ((<usize>i) << 2));
    if (p > highest) {
      highest = p;
      best = i;
    }
  }
  return best;
}
