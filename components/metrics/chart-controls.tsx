'use client';

import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/select';
import { type ChartView, SMOOTHING_CHOICES } from '@/lib/api-client/run-urls';

type ChartControlsProps = {
  readonly view: Pick<ChartView, 'from' | 'to' | 'smooth'>;
  readonly onChange: (change: Readonly<Record<string, string | number | null>>) => void;
  /** Newest step there is: tells a reader who is zoomed in how much came since. */
  readonly lastStep: number | null;
};

/** How all charts of a page are drawn: smoothing and range. Both stand in the address. */
export function ChartControls({ view, onChange, lastStep }: ChartControlsProps) {
  const isZoomed = view.from !== null || view.to !== null;
  const newer = view.to === null || lastStep === null ? 0 : Math.max(0, lastStep - view.to);
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
