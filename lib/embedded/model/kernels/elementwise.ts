import { exp4, sumLanes } from './math';

const NORM_EPSILON: f32 = 1e-5;
const GELU_SCALE: f32 = 1.5957691216057308; // 2·√(2/π)
const GELU_CUBE: f32 = 0.044715;

/** out[r] = embedding[tokens[r]] + positionTable[positions[r]], rows of `width` floats. */
export function embed(
  tokens: usize,
  positions: usize,
  rows: i32,
  width: i32,
  embedding: usize,
  positionTable: usize,
  out: usize,
): void {
  const bytes = (<usize>width) << 2;
  for (let r = 0; r < rows; r++) {
    const e = embedding + <usize>load<i32>(tokens + ((<usize>r) << 2)) * bytes;
    const p = positionTable + <usize>load<i32>(positions + ((<usize>r) << 2)) * bytes;
    const o = out + <usize>r * bytes;
    for (let i: usize = 0; i < bytes; i += 16)
      v128.store(o + i, f32x4.add(v128.load(e + i), v128.load(p + i)));
  }
}

/** table[indices[r]] += rows[r], in row order. */
export function scatterAdd(indices: usize, rows: i32, width: i32, input: usize, table: usize): void {
  const bytes = (<usize>width) << 2;
  for (let r = 0; r < rows; r++) {
    const t = table + <usize>load<i32>(indices + ((<usize>r) << 2)) * bytes;
    const x = input + <usize>r * bytes;
    for (let i: usize = 0; i < bytes; i += 16)
      v128.store(t + i, f32x4.add(v128.load(t + i), v128.load(x + i)));
  }
}

/** out[r] = input[indices[r]]. */
export function gather(indices: usize, rows: i32, width: i32, input: usize, out: usize): void {
  const bytes = (<usize>width) << 2;
  for (let r = 0; r < rows; r++) {
    memory.copy(out + <usize>r * bytes, input + <usize>load<i32>(indices + ((<usize>r) << 2)) * bytes, bytes);
  }
}

/**
 * RMSNorm (Zhang and Sennrich, 2019): out = x·s·g with s = 1/√(mean(x²) + ε). `inverse` receives s of each row for
 * the backward pass.
 */
export function rmsNorm(x: usize, gain: usize, out: usize, inverse: usize, rows: i32, width: i32): void {
  const bytes = (<usize>width) << 2;
  for (let r = 0; r < rows; r++) {
    let sum = f32x4.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      const v = v128.load(x + i);
      sum = f32x4.add(sum, f32x4.mul(v, v));
    }
    const s: f32 = 1 / sqrt<f32>(sumLanes(sum) / <f32>width + NORM_EPSILON);
    store<f32>(inverse + ((<usize>r) << 2), s);
    const scale = f32x4.splat(s);
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(out + i, f32x4.mul(f32x4.mul(v128.load(x + i), scale), v128.load(gain + i)));
    }
    x += bytes;
    out += bytes;
  }
}

/** dx += s·(g∘dy) − x·s³/width·Σ(g∘dy∘x);  dgain += Σ over rows of dy∘x·s. */
export function rmsNormBackward(
  x: usize,
  gain: usize,
  inverse: usize,
  dy: usize,
  dx: usize,
  dgain: usize,
  rows: i32,
  width: i32,
): void {
  const bytes = (<usize>width) << 2;
  for (let r = 0; r < rows; r++) {
    const s = load<f32>(inverse + ((<usize>r) << 2));
    let dot = f32x4.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      dot = f32x4.add(dot, f32x4.mul(f32x4.mul(v128.load(dy + i), v128.load(gain + i)), v128.load(x + i)));
    }
    const scale = f32x4.splat(s);
    const back = f32x4.splat((s * s * s * sumLanes(dot)) / <f32>width);
    for (let i: usize = 0; i < bytes; i += 16) {
      const xi = v128.load(x + i);
      const dyi = v128.load(dy + i);
      const direct = f32x4.mul(f32x4.mul(dyi, v128.load(gain + i)), scale);
      const change = f32x4.sub(direct, f32x4.mul(xi, back));
      v128.store(dx + i, f32x4.add(v128.load(dx + i), change));
      v128.store(dgain + i, f32x4.add(v128.load(dgain + i), f32x4.mul(f32x4.mul(dyi, xi), scale)));
    }
    x += bytes;
    dy += bytes;
    dx += bytes;
  }
}

function sigmoidOfGelu(x: v128): v128 {
  const x2 = f32x4.mul(x, x);
  const inner = f32x4.mul(f32x4.add(f32x4.mul(x2, f32x4.splat(GELU_CUBE)), f32x4.splat(1)), x);
  const e = exp4(f32x4.neg(f32x4.mul(inner, f32x4.splat(GELU_SCALE))));
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), e));
}

/** GELU in its tanh form (Hendrycks and Gimpel, 2016), written with the sigmoid: x·σ(2√(2/π)·(x + 0.044715x³)). */
export function gelu(x: usize, out: usize, count: i32): void {
  for (let i: usize = 0, end = (<usize>count) << 2; i < end; i += 16) {
    const v = v128.load(x + i);
    v128.store(out + i, f32x4.mul(v, sigmoidOfGelu(v)));
  }
}

/** d[i] *= gelu'(x[i]). */
export function geluBackward(x: usize, d: usize, count: i32): void {
  for (let i: usize = 0, end = (<usize>count) << 2; i < end; i += 16) {
    const v = v128.load(x + i);
    const s = sigmoidOfGelu(v);
    const slope = f32x4.add(
      f32x4.mul(f32x4.mul(v, v), f32x4.splat(3 * GELU_CUBE * GELU_SCALE)),
      f32x4.splat(GELU_SCALE),
    );
    const tail = f32x4.mul(f32x4.mul(v, slope), f32x4.mul(s, f32x4.sub(f32x4.splat(1), s)));
    v128.store(d + i, f32x4.mul(v128.load(d + i), f32x4.add(s, tail)));
  }
}

/** shard 0 += shard 1, then shard 2, …: a fixed order. Shards lie `stride` floats apart. Returns the sum of squares. */
export function reduceShards(first: usize, stride: i32, shards: i32, count: i32): f64 {
  const strideBytes = (<usize>stride) << 2;
  let squares = f64x2.splat(0);
  for (let i: usize = 0, end = (<usize>count) << 2; i < end; i += 16) {
    let g = v128.load(first + i);
    for (let s = 1; s < shards; s++) g = f32x4.add(g, v128.load(first + i + <usize>s * strideBytes));
    v128.store(first + i, g);
    const low = f64x2.promote_low_f32x4(g);
    const high = f64x2.promote_low_f32x4(i32x4.shuffle(g, g, 2, 3, 2, 3));
    squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
  }
  return f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
}

/**
 * Adam (Kingma and Ba, 2015) with decoupled weight decay (Loshchilov and Hutter, 2019) on gradients scaled by
 * `gradScale`. `step1` = lr/(1−β1^t) and `inverse2` = 1/(1−β2^t) carry the bias corrections.
 */
export function adam(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  count: i32,
  gradScale: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  step1: f32,
  inverse2: f32,
  decay: f32,
): void {
  const b1 = f32x4.splat(beta1);
  const c1 = f32x4.splat(1 - beta1);
  const b2 = f32x4.splat(beta2);
  const c2 = f32x4.splat(1 - beta2);
  for (let i: usize = 0, end = (<usize>count) << 2; i < end; i += 16) {
    const gi = f32x4.mul(v128.load(g + i), f32x4.splat(gradScale));
    const mi = f32x4.add(f32x4.mul(v128.load(m + i), b1), f32x4.mul(gi, c1));
    const vi = f32x4.add(f32x4.mul(v128.load(v + i), b2), f32x4.mul(f32x4.mul(gi, gi), c2));
    v128.store(m + i, mi);
    v128.store(v + i, vi);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(vi, f32x4.splat(inverse2))), f32x4.splat(epsilon));
    const change = f32x4.div(f32x4.mul(mi, f32x4.splat(step1)), root);
    const wi = f32x4.mul(v128.load(w + i), f32x4.splat(1 - decay));
    v128.store(w + i, f32x4.sub(wi, change));
  }
}
