import { formatTick } from './format-value';

export type Axis = {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  readonly labels: readonly string[];
};

export type AxisOptions = {
  /** Draw at least down to here. */
  readonly floor?: number;
  /** Draw at least up to here. */
  readonly ceiling?: number;
};

/** Round numbers around the values. A flat series gets room above and below instead of an axis of zero height. */
export function valueAxis(low: number, high: number, options: AxisOptions = {}): Axis {
  let from = Math.min(low, options.floor ?? low);
  let to = Math.max(high, options.ceiling ?? high);
  if (!Number.isFinite(from) || !Number.isFinite(to)) return axisOf([0, 1], 0.25);
  if (from === to) {
    const room = from === 0 ? 1 : Math.abs(from) * 0.1;
    from = from >= 0 && from - room < 0 ? 0 : from - room;
    to += room;
  }
  const step = niceStep((to - from) / 4);
  return axisOf(
    [roundTo(Math.floor(from / step + 1e-9) * step), roundTo(Math.ceil(to / step - 1e-9) * step)],
    step,
  );
}

/** Whole steps, spread over the range that is shown. */
export function stepAxis(from: number, to: number): Axis {
  const last = Math.max(to, from + 1);
  const step = Math.max(1, Math.round(niceStep((last - from) / 5)));
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= last; tick += step) ticks.push(tick);
  return { domain: [from, last], ticks, labels: ticks.map((tick) => formatTick(tick, 1)) };
}

/** 1, 2 and 5 of each power of ten while there are few, else whole powers. Needs positive values. */
export function logAxis(low: number, high: number): Axis {
  const powers = [Math.floor(Math.log10(low) + DUST), Math.ceil(Math.log10(high) - DUST)] as const;
  const isFine = powers[1] - powers[0] <= FINE_POWERS;
  const stops = rangeOf(powers[0], Math.max(powers[1], powers[0] + 1)).flatMap((power) =>
    (isFine ? [1, 2, 5] : [1]).map((factor) => Number(`${factor}e${power}`)),
  );
  const from = stops.findLast((stop) => stop <= low * (1 + DUST)) ?? low;
  const to = stops.find((stop) => stop >= high * (1 - DUST) && stop > from) ?? high;
  const within = stops.filter((stop) => stop >= from && stop <= to);
  const every = Math.ceil((within.length - 1) / MAX_LOG_TICKS);
  const ticks = within.filter((_, index) => index % Math.max(1, every) === 0);
  return { domain: [from, to], ticks, labels: ticks.map((tick) => formatTick(tick, tick)) };
}

/** Of powers of ten. */
const FINE_POWERS = 2;
const MAX_LOG_TICKS = 6;
const DUST = 1e-9;

function rangeOf(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function axisOf(domain: readonly [number, number], step: number): Axis {
  const count = Math.round((domain[1] - domain[0]) / step);
  const ticks = Array.from({ length: count + 1 }, (_, index) => roundTo(domain[0] + index * step));
  return { domain, ticks, labels: ticks.map((tick) => formatTick(tick, step)) };
}

/** The nearest of 1, 2, 2.5, 5 × a power of ten that is not smaller. */
export function niceStep(rough: number): number {
  if (!(rough > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate >= rough / power - 1e-9) ?? 10;
  return roundTo(factor * power);
}

/** Takes the dust of binary fractions off (0.30000000000000004). */
function roundTo(value: number): number {
  return Number(value.toPrecision(12));
}
