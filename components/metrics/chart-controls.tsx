'use client';

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
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

/** How all charts of a page are drawn: range, scale, outliers and smoothing. All stand in the address. */
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
      <Choice title="Scale" value={view.scale} onChange={(scale) => onChange({ scale })}>
        <option value="linear">linear</option>
        <option value="log">logarithmic</option>
      </Choice>
      <Choice title="Outliers" value={view.outliers} onChange={(outliers) => onChange({ outliers })}>
        <option value="shown">shown</option>
        <option value="cut">marked at the edge</option>
      </Choice>
      <Choice title="Smoothing" value={view.smooth} onChange={(smooth) => onChange({ smooth })}>
        {isListed ? null : <option value={view.smooth}>{nameOf(view.smooth)}</option>}
        {SMOOTHING_CHOICES.map((choice) => (
          <option key={choice} value={choice}>
            {nameOf(choice)}
          </option>
        ))}
      </Choice>
    </div>
  );
}

function Choice(props: {
  title: string;
  value: string;
  children: ReactNode;
  onChange: (value: string) => void;
}) {
  return (
    <label className="flex items-center gap-2">
      {props.title}
      <Select
        className="[&_select]:h-7 [&_select]:text-sm"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      >
        {props.children}
      </Select>
    </label>
  );
}

function nameOf(choice: string): string {
  if (choice === '0') return 'none';
  return choice.startsWith('r') ? `mean of ${choice.slice(1)} steps` : `exponential ${choice}`;
}
