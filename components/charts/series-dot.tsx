import type { ChartRow } from '@/lib/charts/prepare-lines';

/** A recorded sample; places where the line only passes through have none. Recharts fills in where it is. */
export function SeriesDot(props: {
  /** Place of the series in the chart. Not `index`: Recharts hands that of the row over. */
  series: number;
  color: string;
  cx?: number;
  cy?: number;
  payload?: ChartRow;
}) {
  const { cx, cy, payload, series, color } = props;
  const sample = payload?.samples[series] ?? null;
  if (cx === undefined || cy === undefined || !Number.isFinite(cy) || sample === null) return null;
  return <circle cx={cx} cy={cy} r={2.6} fill={color} />;
}
