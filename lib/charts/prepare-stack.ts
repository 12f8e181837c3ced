import type { MetricUnit } from '@/lib/domain/metric';
import { type Axis, stepAxis, valueAxis } from './axis';
import { formatValue } from './format-value';
import { colorOf, type SeriesColor } from './series-color';
import type { SeriesColumns } from './series-columns';

/** Bars narrower than about six pixels read as noise; neighbours are averaged into one. */
const MAX_BARS = 56;

export type StackInput = {
  readonly name: string;
  readonly columns: SeriesColumns;
  readonly color?: SeriesColor;
};

export type StackRow = {
  /** First and last step in the bar. */
  readonly from: number;
  readonly to: number;
  /** Mean of each part over the steps of the bar; 0 where a part has no sample. */
  readonly parts: readonly number[];
};

export type StackModel = {
  readonly rows: readonly StackRow[];
  readonly series: readonly { readonly name: string; readonly color: SeriesColor; readonly last: string }[];
  readonly x: Axis;
  readonly y: Axis;
  readonly unit: MetricUnit;
  readonly summary: string;
};

/** Decides how parts of a whole stand on each other: one bar per step, or per few steps when there are many. */
export function prepareStack(
  inputs: readonly StackInput[],
  options: { readonly unit: MetricUnit; readonly from?: number | null; readonly to?: number | null },
): StackModel {
  const present = inputs.filter((input) => input.columns.step.length > 0);
  const steps = present.flatMap((input) => input.columns.step).filter(within(options));
  const first = steps.length === 0 ? 0 : Math.min(...steps);
  const last = steps.length === 0 ? 0 : Math.max(...steps);
  const size = Math.max(1, Math.ceil((last - first + 1) / MAX_BARS));
  const bars = steps.length === 0 ? 0 : Math.floor((last - first) / size) + 1;
  const rows = Array.from({ length: bars }, (_, bar): StackRow => {
    const from = first + bar * size;
    const to = Math.min(last, from + size - 1);
    return { from, to, parts: present.map((input) => meanWithin(input.columns, from, to)) };
  }).filter((row) => row.parts.some((part) => part > 0));
  const highest = Math.max(0, ...rows.map((row) => row.parts.reduce((sum, part) => sum + part, 0)));
  const series = present.map((input) => ({
    name: input.name,
    color: input.color ?? colorOf(input.name),
    last: formatValue(input.columns.last.at(-1) ?? null, options.unit),
  }));
  return {
    rows,
    series,
    x: stepAxis(first, last),
    y: valueAxis(0, highest === 0 ? 1 : highest, { floor: 0 }),
    unit: options.unit,
    summary:
      rows.length === 0
        ? 'No points yet.'
        : `Steps ${first} to ${last}; at the last step ${series.map((part) => `${part.name} ${part.last}`).join(', ')}.`,
  };
}

function within(range: { readonly from?: number | null; readonly to?: number | null }) {
  return (step: number): boolean => step >= (range.from ?? -Infinity) && step <= (range.to ?? Infinity);
}

function meanWithin(columns: SeriesColumns, from: number, to: number): number {
  let sum = 0;
  let count = 0;
  columns.step.forEach((step, index) => {
    const value = columns.mean[index] ?? NaN;
    if (step < from || step > to || !Number.isFinite(value)) return;
    sum += value;
    count += 1;
  });
  return count === 0 ? 0 : sum / count;
}
