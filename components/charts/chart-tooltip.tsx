import type { ChartModel, ChartRow } from '@/lib/charts/prepare-lines';
import { formatClock, formatDuration } from '@/lib/charts/format-time';
import { formatNumber, formatValue } from '@/lib/charts/format-value';
import { useToday } from '@/components/ui/use-now';
import { Swatch } from './chart-legend';

/** What every series says at one step: value, smoothed value, extremes of the steps that the point stands for, time. */
export function ChartTooltip({ model, row }: { model: ChartModel; row: ChartRow }) {
  const now = useToday();
  return (
    <div className="pointer-events-none max-w-72 rounded-button border bg-panel px-2.5 py-1.5 text-sm">
      <div className="flex justify-between gap-4 text-muted">
        <span>{placeOf(model, row)}</span>
        <span>{row.time === null || now === null ? '' : formatClock(row.time, now)}</span>
      </div>
      <table>
        <tbody>
          {model.series.map((series, index) => {
            const sample = row.samples[index] ?? null;
            if (sample === null) return null;
            return (
              <tr key={series.name}>
                <td className="pr-2">
                  <span className="flex items-center gap-1.5">
                    <Swatch color={series.color} dash={series.dash} />
                    {series.name}
                  </span>
                </td>
                <td className="pr-2 text-right font-mono font-medium">
                  {formatValue(sample.value, model.unit)}
                </td>
                <td className="text-right text-muted">
                  {model.isSmoothed && sample.smoothed !== null
                    ? `smooth ${formatValue(sample.smoothed)}`
                    : ''}
                  {sample.count > 1
                    ? ` ${formatValue(sample.min)} to ${formatValue(sample.max)} over ${sample.count} steps`
                    : ''}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function placeOf({ axis }: ChartModel, { step }: ChartRow): string {
  switch (axis) {
    case 'step':
      return `step ${step}`;
    case 'tokens':
      return `${formatNumber(step)} tokens`;
    case 'time':
      return `after ${formatDuration(step)}`;
  }
}
