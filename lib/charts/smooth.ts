export type Smoothing =
  | { readonly kind: 'none' }
  /** Weight of the past per step, 0 ≤ weight < 1. */
  | { readonly kind: 'ema'; readonly weight: number }
  /** Mean of the last `window` steps. */
  | { readonly kind: 'rolling'; readonly window: number };

type Samples = {
  readonly step: readonly number[];
  /** Not a finite number = a gap. */
  readonly value: readonly number[];
};

/**
 * Smooths the finite values of a series; what is not finite stays a gap (`null`) and starts afresh behind it.
 * Weights go by distance in steps, not by row, so a thinned series and a full one show the same curve.
 */
export function smooth(samples: Samples, smoothing: Smoothing): readonly (number | null)[] {
  switch (smoothing.kind) {
    case 'none':
      return samples.value.map(finite);
    case 'ema':
      return movingAverage(samples, Math.min(Math.max(smoothing.weight, 0), 0.999));
    case 'rolling':
      return rollingMean(samples, Math.max(1, smoothing.window));
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Exponential, without the usual pull towards the start value: each average is divided by the weight it has seen. */
function movingAverage({ step, value }: Samples, weight: number): readonly (number | null)[] {
  let average = 0;
  let seen = 0;
  let last: number | null = null;
  return value.map((current, index) => {
    if (!Number.isFinite(current)) {
      average = 0;
      seen = 0;
      last = null;
      return null;
    }
    const at = step[index] ?? index;
    const keep: number = last === null ? 0 : weight ** Math.max(1, at - last);
    last = at;
    // One missing step counts like one more sample of the same value.
    average = average * keep + current * (1 - (seen === 0 ? weight : keep));
    seen = seen * keep + (1 - (seen === 0 ? weight : keep));
    return average / seen;
  });
}

function rollingMean({ step, value }: Samples, window: number): readonly (number | null)[] {
  let start = 0;
  let sum = 0;
  return value.map((current, index) => {
    if (!Number.isFinite(current)) {
      start = index + 1;
      sum = 0;
      return null;
    }
    sum += current;
    const oldest = (step[index] ?? index) - window;
    while ((step[start] ?? start) <= oldest) {
      sum -= value[start] ?? 0;
      start += 1;
    }
    return sum / (index - start + 1);
  });
}
