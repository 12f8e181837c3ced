import type { MetricUnit } from '@/lib/domain/metric';
import { type Axis, type AxisOptions, stepAxis } from './axis';
import { type CutMark, cutsOf, type GapMark, gapsOf } from './chart-marks';
import { formatNumber, formatValue } from './format-value';
import { colorOf, SERIES_COLORS, type SeriesColor } from './series-color';
import type { SeriesColumns } from './series-columns';
import { smooth, type Smoothing } from './smooth';
import { axisFor, hasPlace, LINEAR, type ValueScale } from './value-scale';

/** More lines than this cannot be told apart; the rest are counted in words. */
const MAX_SERIES = 12;
/** A legend says where a line stands; the tooltip has the rest. */
const LEGEND_DIGITS = 2;
/** Series with no more samples than this show each as a dot. */
const DOTTED_SAMPLES = 40;

export type LineInput = {
  readonly name: string;
  readonly columns: SeriesColumns;
  readonly color?: SeriesColor;
  readonly dash?: string | null;
};

export type LineOptions = AxisOptions & {
  /** How values stand on the vertical axis; linear, all of them, unless it says otherwise. */
  readonly values?: ValueScale;
  readonly smoothing: Smoothing;
  readonly unit: MetricUnit;
  /** Steps to show; the whole series where absent. */
  readonly from?: number | null;
  readonly to?: number | null;
  /** What `step` counts: completed steps unless it says otherwise. */
  readonly axis?: ChartAxis;
};

export type ChartAxis = 'step' | 'tokens' | 'time';

/** What one series says at one step. `null` = it says nothing there. */
export type Sample = {
  readonly value: number;
  readonly smoothed: number | null;
  readonly min: number;
  readonly max: number;
  readonly count: number;
};

export type ChartRow = {
  readonly step: number;
  readonly time: number | null;
  /** Recorded samples, for the tooltip. */
  readonly samples: readonly (Sample | null)[];
  /** What the lines go through: between two samples of a series that skips steps they are filled in, in a gap they are null. */
  readonly raw: readonly (number | null)[];
  readonly smoothed: readonly (number | null)[];
  readonly band: readonly (readonly [number, number] | null)[];
};

export type ChartSeries = {
  readonly name: string;
  readonly color: SeriesColor;
  readonly dash: string | null;
  readonly last: string;
  readonly lastIsFinite: boolean;
  readonly hasBand: boolean;
  readonly hasDots: boolean;
};

export type ChartModel = {
  readonly rows: readonly ChartRow[];
  readonly series: readonly ChartSeries[];
  /** Series left out because there are too many. */
  readonly hidden: number;
  readonly isSmoothed: boolean;
  readonly marks: readonly GapMark[];
  readonly cuts: readonly CutMark[];
  readonly x: Axis;
  readonly y: Axis;
  readonly scale: ValueScale['scale'];
  readonly unit: MetricUnit;
  readonly axis: ChartAxis;
  /** The picture in a sentence, for those who do not see it. */
  readonly summary: string;
};

type Line = {
  readonly input: LineInput;
  readonly byStep: ReadonlyMap<number, Sample>;
  readonly raw: ReadonlyMap<number, number | null>;
  readonly smoothed: ReadonlyMap<number, number | null>;
  readonly times: ReadonlyMap<number, number>;
};

/** Decides what a line chart draws: which series, in what colour, where a line breaks, which axes. */
export function prepareLines(inputs: readonly LineInput[], options: LineOptions): ChartModel {
  const present = inputs.filter((input) => input.columns.step.length > 0);
  const lines = present.slice(0, MAX_SERIES).map((input) => prepareLine(input, options));
  const steps = [...new Set(lines.flatMap((line) => [...line.byStep.keys()]))]
    .filter((step) => step >= (options.from ?? -Infinity) && step <= (options.to ?? Infinity))
    .toSorted((a, b) => a - b);
  const scale = options.values ?? LINEAR;
  const raw = lines.map((line) => fillBetween(steps, line.raw));
  const smoothed = lines.map((line) => fillBetween(steps, line.smoothed));
  const rows = steps.map((step, index): ChartRow => ({
    step,
    time: lines.map((line) => line.times.get(step)).find((time) => time !== undefined) ?? null,
    samples: lines.map((line) => line.byStep.get(step) ?? null),
    raw: raw.map((values) => values[index] ?? null),
    smoothed: smoothed.map((values) => values[index] ?? null),
    band: lines.map((line) => bandAt(line.byStep.get(step), scale)),
  }));
  const colors = assignColors(lines.map(({ input }) => input));
  const isSmoothed = options.smoothing.kind !== 'none';
  const series = lines.map((line, index) =>
    describeSeries(line.input, { rows, index, color: colors[index] ?? 'common' }),
  );
  const y = axisFor(valuesOf(rows), { ...options, ...scale });
  return {
    rows,
    series,
    hidden: present.length - lines.length,
    isSmoothed,
    marks: series.flatMap(({ name }, index) => gapsOf(rows, { name, index, scale })),
    cuts: cutsOf(rows, series, y),
    x: stepAxis(options.from ?? steps[0] ?? 0, options.to ?? steps.at(-1) ?? 1),
    y,
    scale: scale.scale,
    unit: options.unit,
    axis: options.axis ?? 'step',
    summary: summarise(lines, rows, options),
  };
}

function prepareLine(input: LineInput, options: LineOptions): Line {
  const { columns } = input;
  const scale = options.values ?? LINEAR;
  const placed = columns.mean.map((value) => (hasPlace(value, scale) ? value : NaN));
  const curve = smooth({ step: columns.step, value: placed }, options.smoothing);
  const byStep = new Map<number, Sample>();
  const raw = new Map<number, number | null>();
  const smoothed = new Map<number, number | null>();
  const times = new Map<number, number>();
  columns.step.forEach((step, index) => {
    const value = columns.mean[index] ?? NaN;
    const middle = curve[index] ?? null;
    byStep.set(step, {
      value,
      smoothed: middle,
      min: columns.min[index] ?? value,
      max: columns.max[index] ?? value,
      count: columns.count[index] ?? 1,
    });
    raw.set(step, hasPlace(value, scale) ? value : null);
    smoothed.set(step, middle);
    times.set(step, columns.time[index] ?? 0);
  });
  return { input, byStep, raw, smoothed, times };
}

/**
 * Values at `steps`. Where a series has no sample (it is logged every tenth step, say) the straight line between its
 * neighbours is filled in, which draws the same picture; next to a gap nothing is.
 */
function fillBetween(
  steps: readonly number[],
  values: ReadonlyMap<number, number | null>,
): readonly (number | null)[] {
  const filled: (number | null)[] = steps.map((step) => values.get(step) ?? null);
  let before = -1;
  steps.forEach((step, index) => {
    if (!values.has(step)) return;
    if (before >= 0) fillStretch(filled, { steps, from: before, to: index });
    before = index;
  });
  return filled;
}

function fillStretch(
  filled: (number | null)[],
  stretch: { readonly steps: readonly number[]; readonly from: number; readonly to: number },
): void {
  const { steps, from, to } = stretch;
  const [left, right] = [filled[from] ?? null, filled[to] ?? null];
  const [start, end] = [steps[from] ?? 0, steps[to] ?? 0];
  if (left === null || right === null || end === start) return;
  for (let index = from + 1; index < to; index += 1) {
    filled[index] = left + ((right - left) * ((steps[index] ?? start) - start)) / (end - start);
  }
}

function bandAt(sample: Sample | undefined, scale: ValueScale): readonly [number, number] | null {
  if (sample === undefined || sample.count <= 1) return null;
  return hasPlace(sample.min, scale) && hasPlace(sample.max, scale) ? [sample.min, sample.max] : null;
}

function describeSeries(
  input: LineInput,
  at: { readonly rows: readonly ChartRow[]; readonly index: number; readonly color: SeriesColor },
): ChartSeries {
  const sampled = at.rows.filter((row) => row.samples[at.index] != null);
  const last = input.columns.last.at(-1) ?? null;
  return {
    name: input.name,
    color: at.color,
    dash: input.dash ?? null,
    last: formatNumber(last, LEGEND_DIGITS),
    lastIsFinite: last !== null && Number.isFinite(last),
    hasBand: sampled.some((row) => (row.samples[at.index]?.count ?? 0) > 1),
    hasDots: sampled.length < 3 || (sampled.length <= DOTTED_SAMPLES && isSparse(sampled)),
  };
}

/** Measured now and then, not at every step. */
function isSparse(rows: readonly ChartRow[]): boolean {
  const [first, last] = [rows[0]?.step ?? 0, rows.at(-1)?.step ?? 0];
  return (last - first) / (rows.length - 1) > 1.5;
}

/** What a name's colour would be; the next free one when another line of the chart has that. */
function assignColors(inputs: readonly LineInput[]): readonly SeriesColor[] {
  const taken = new Set(inputs.flatMap(({ color }) => color ?? []));
  const chosen = new Map<string, SeriesColor>();
  for (const { name, color } of inputs.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const wanted = color ?? colorOf(name);
    const isFree = color !== undefined || !taken.has(wanted);
    const used = isFree ? wanted : (SERIES_COLORS.find((one) => !taken.has(one)) ?? wanted);
    taken.add(used);
    chosen.set(name, used);
  }
  return inputs.map(({ name }) => chosen.get(name) ?? 'common');
}

function valuesOf(rows: readonly ChartRow[]): readonly number[] {
  return rows.flatMap(({ raw, band }) => [...raw, ...band.flat()]).filter((value) => value !== null);
}

const PLACES: Readonly<Record<ChartAxis, string>> = { step: 'Steps', tokens: 'Tokens', time: 'Seconds' };

function summarise(
  lines: readonly Line[],
  rows: readonly ChartRow[],
  { unit, axis = 'step' }: LineOptions,
): string {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return 'No points yet.';
  const parts = lines.map((line, index) => {
    const samples = rows.flatMap((row) => row.samples[index] ?? []);
    const values = samples.map((sample) => sample.value).filter(Number.isFinite);
    const [start, end] = [values[0], values.at(-1)];
    if (start === undefined || end === undefined) return `${line.input.name} has no finite value`;
    const range = `between ${formatValue(Math.min(...values), unit)} and ${formatValue(Math.max(...values), unit)}`;
    return `${line.input.name} goes from ${formatValue(start, unit)} to ${formatValue(end, unit)}, ${range}`;
  });
  return `${PLACES[axis]} ${first.step} to ${last.step}: ${parts.join('; ')}.`;
}
