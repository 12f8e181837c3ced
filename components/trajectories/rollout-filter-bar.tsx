'use client';

import { AddressField } from '@/components/ui/address-field';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import type { RolloutFilter } from '@/lib/insight/rollouts/rollout-filter';

const SETS = [
  { filter: 'is:truncated', title: 'Truncated' },
  { filter: 'is:failed', title: 'Failed' },
  { filter: 'is:no-signal', title: 'No signal' },
  { filter: 'is:unseen', title: 'Unseen' },
] as const;

/** Which rollouts of a step are listed: in words and conditions, or by one of the sets that are asked for most. */
export function RolloutFilterBar(props: {
  text: string;
  filter: RolloutFilter;
  onChange: (text: string) => void;
}) {
  const { text, filter, onChange } = props;
  return (
    <div className="flex flex-col gap-1.5 px-3 pt-2">
      <AddressField
        label="Filter rollouts"
        placeholder="reward<0.5 tokens>200 stop:length words …"
        className="w-full"
        value={text}
        onChange={onChange}
      />
      <div role="group" aria-label="Sets of rollouts" className="flex flex-wrap gap-1">
        {SETS.map((set) => {
          const isChosen = text.trim() === set.filter;
          return (
            <Button
              key={set.filter}
              size="sm"
              aria-pressed={isChosen}
              className={cn('h-6 px-2 text-xs', isChosen ? 'bg-selected' : 'text-muted')}
              onClick={() => onChange(isChosen ? '' : set.filter)}
            >
              {set.title}
            </Button>
          );
        })}
      </div>
      {filter.problems.map((problem) => (
        <p key={problem} role="status" className="text-sm text-warning">
          {problem}
        </p>
      ))}
    </div>
  );
}
