'use client';

import { cn } from '@/components/ui/cn';
import type { HistogramBin } from '@/lib/charts/prepare-histogram';

/** How rewards spread over the step. A bar is a filter: press it to list only its rollouts. */
export function RewardHistogram(props: {
  bins: readonly HistogramBin[];
  chosen: number | null;
  onChoose: (bin: number | null) => void;
}) {
  const most = Math.max(1, ...props.bins.map(({ count }) => count));
  const [first, last] = [props.bins[0], props.bins.at(-1)];
  return (
    <div className="px-3 pt-3">
      <div role="group" aria-label="Rollouts by reward" className="flex h-16 items-end gap-1">
        {props.bins.map((bin) => {
          const isChosen = props.chosen === bin.index;
          return (
            <button
              key={bin.index}
              type="button"
              aria-pressed={isChosen}
              aria-label={`Reward ${bin.label}: ${bin.count} rollouts`}
              title={`reward ${bin.label}: ${bin.count}`}
              className="group flex h-full max-w-16 flex-1 items-end"
              onClick={() => props.onChoose(isChosen ? null : bin.index)}
            >
              <span
                className={cn(
                  'w-full rounded-t-[2px]',
                  isChosen ? 'bg-accent' : 'bg-series-self-hosted/55 group-hover:bg-series-self-hosted',
                )}
                style={{ height: bin.count === 0 ? 0 : `max(2px, ${(100 * bin.count) / most}%)` }}
              />
            </button>
          );
        })}
      </div>
      <div className="flex justify-between border-t pt-0.5 text-xs text-muted">
        <span>{first?.label.split(' to ')[0] ?? ''}</span>
        <span>reward</span>
        <span>{last?.label.split(' to ').at(-1) ?? ''}</span>
      </div>
    </div>
  );
}
