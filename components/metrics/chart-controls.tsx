'use client';

import { useQuery } from '@tanstack/react-query';
import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/select';
import { type ChartView, SMOOTHING_CHOICES } from '@/lib/api-client/run-urls';
import { runQuery } from '@/lib/api-client/runs';
import type { RunId } from '@/lib/domain/run';

type ChartControlsProps = {
  readonly id: RunId;
  readonly view: ChartView;
  readonly onChange: (change: Readonly<Record<string, string | number | null>>) => void;
};

/** How all charts of a page are drawn: smoothing and range. Both stand in the address. */
export function ChartControls({ id, view, onChange }: ChartControlsProps) {
  // The steps alone: the run's row changes every second.
  const { data: steps } = useQuery({ ...runQuery(id), select: ({ step }) => step });
  const isZoomed = view.from !== null || view.to !== null;
  const newer = view.to === null || steps === undefined ? 0 : Math.max(0, steps - 1 - view.to);
  const isListed = SMOOTHING_CHOICES.some((choice) => choice === view.smooth);
  return (
    <div className="flex flex-wrap items-center justify-end gap-2 text-sm text-muted">
      {isZoomed ? (
        <span className="flex items-center gap-2">
          steps {view.from ?? 0} to {view.to ?? 'the end'}
          {newer > 0 ? <span className="text-running">{newer} newer</span> : null}
          <Button size="sm" onClick={() => onChange({ from: null, to: null })}>
            Show all steps
          </Button>
        </span>
      ) : (
        <span className="mr-1 max-lg:hidden">drag to zoom · click a point to read its rollouts</span>
      )}
      <label className="flex items-center gap-2">
        Scale
        <Select
          className="[&_select]:h-7 [&_select]:text-sm"
          value={view.scale}
          onChange={(event) => onChange({ scale: event.target.value })}
        >
          <option value="linear">linear</option>
          <option value="log">logarithmic</option>
        </Select>
      </label>
      <label className="flex items-center gap-2">
        Outliers
        <Select
          className="[&_select]:h-7 [&_select]:text-sm"
          value={view.outliers}
          onChange={(event) => onChange({ outliers: event.target.value })}
        >
          <option value="shown">shown</option>
          <option value="cut">marked at the edge</option>
        </Select>
      </label>
      <label className="flex items-center gap-2">
        Smoothing
        <Select
          className="[&_select]:h-7 [&_select]:text-sm"
          value={view.smooth}
          onChange={(event) => onChange({ smooth: event.target.value })}
        >
          {isListed ? null : <option value={view.smooth}>{nameOf(view.smooth)}</option>}
          {SMOOTHING_CHOICES.map((choice) => (
            <option key={choice} value={choice}>
              {nameOf(choice)}
            </option>
          ))}
        </Select>
      </label>
    </div>
  );
}

function nameOf(choice: string): string {
  if (choice === '0') return 'none';
  return choice.startsWith('r') ? `mean of ${choice.slice(1)} steps` : `exponential ${choice}`;
}
