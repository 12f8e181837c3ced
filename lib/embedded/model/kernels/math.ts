// exp and log of our own: the same bits on every machine, and four lanes at a time.

const LOG2E: f32 = 1.44269504088896341;
// ln 2 in two parts, so that n·ln 2 is subtracted without rounding (Cody and Waite, 1980).
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.1219444e-4;
const LOWEST: f32 = -87;
const HIGHEST: f32 = 88;

/**
 * e^x per lane: x = n·ln 2 + r with |r| ≤ ln 2 / 2, e^r by its Taylor series to r⁷/5040 (relative error below 1e-7),
 * 2^n by the exponent bits. Below −87 the result is 0; above 88 it is e^88.
 */
export function exp4(x: v128): v128 {
  const tiny = f32x4.lt(x, f32x4.splat(LOWEST));
  x = f32x4.max(f32x4.min(x, f32x4.splat(HIGHEST)), f32x4.splat(LOWEST));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(LOG2E)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let y = f32x4.splat(1.9841269841e-4);
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.3888888889e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(8.3333333333e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(4.1666666667e-2));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.6666666667e-1));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(0.5));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(y, power), tiny);
}

export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

/** Natural logarithm of a positive, normal x: x = 2^e·m with m in [√½, √2), log m = 2·atanh((m−1)/(m+1)). */
export function log1(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let e = <i32>((bits >> 52) & 0x7ff) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e += 1;
  }
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  let sum: f64 = 1.0 / 17;
  sum = sum * s2 + 1.0 / 15;
  sum = sum * s2 + 1.0 / 13;
  sum = sum * s2 + 1.0 / 11;
  sum = sum * s2 + 1.0 / 9;
  sum = sum * s2 + 1.0 / 7;
  sum = sum * s2 + 1.0 / 5;
  sum = sum * s2 + 1.0 / 3;
  sum = sum * s2 + 1;
  return 2 * s * sum + <f64>e * 0.6931471805599453;
}

export function sumLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

export function maxLanes(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}
