import { type ChartRow } from '@/lib/charts/prepare-lines';

/** A recorded sample; places where the line only passes through have none. Recharts fills in where it is. */
export function SeriesDot(props: {
  index: number;
  color: string;
  cx?: number;
  cy?: number;
  payload?: ChartRow;
}) {
  const { cx, cy, payload, index, color } = props;
  const sample = payload?.samples[index] ?? null;
  if (cx === undefined || cy === undefined || !Number.isFinite(cy) || sample === null) return null;
  return <circle cx={cx} cy={cy} r={2.6} fill={color} />;
}
