import type { Axis } from './axis';
import { formatNumber } from './format-value';
import type { ChartRow, ChartSeries } from './prepare-lines';
import type { SeriesColor } from './series-color';
import { hasPlace, type ValueScale } from './value-scale';

/** Steps in a row at which a series had no place on the axis: NaN, an infinity, or nothing above 0 on a logarithmic one. */
export type GapMark = {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** Not a number at all; what has no place on a logarithmic axis may well be right. */
  readonly isBroken: boolean;
};

/** A value beyond the edge of the axis. */
export type CutMark = {
  readonly name: string;
  readonly color: SeriesColor;
  readonly step: number;
  /** The edge of the axis. */
  readonly edge: number;
  readonly isAbove: boolean;
  readonly text: string;
};

export function gapsOf(
  rows: readonly ChartRow[],
  of: { readonly name: string; readonly index: number; readonly scale: ValueScale },
): readonly GapMark[] {
  const marks: GapMark[] = [];
  let before: string | null = null;
  for (const row of rows) {
    const sample = row.samples[of.index] ?? null;
    if (sample === null) continue;
    const text = whyNoPlace(sample.value, of.scale);
    const from = text !== null && text === before ? marks.pop()?.from : undefined;
    if (text !== null)
      marks.push({
        name: of.name,
        text,
        from: from ?? row.step,
        to: row.step,
        isBroken: !Number.isFinite(sample.value),
      });
    before = text;
  }
  return marks;
}

function whyNoPlace(value: number, scale: ValueScale): string | null {
  if (hasPlace(value, scale)) return null;
  return Number.isFinite(value) ? '≤ 0' : formatNumber(value);
}

/** More marks than this say no more. */
const MAX_CUTS = 60;

/** Values that were recorded beyond the axis; raw lines through them leave the picture. */
export function cutsOf(
  rows: readonly ChartRow[],
  series: readonly ChartSeries[],
  { domain }: Axis,
): readonly CutMark[] {
  const cuts = rows.flatMap(({ step, raw, samples }) =>
    series.flatMap(({ name, color }, index): CutMark[] => {
      const value = samples[index] === null ? null : (raw[index] ?? null);
      if (value === null || (value >= domain[0] && value <= domain[1])) return [];
      const isAbove = value > domain[1];
      return [{ name, color, step, isAbove, edge: domain[isAbove ? 1 : 0], text: formatNumber(value) }];
    }),
  );
  return cuts.slice(0, MAX_CUTS);
}
