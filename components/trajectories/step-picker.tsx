'use client';

import { ChevronLeftIcon, ChevronRightIcon, ChevronsRightIcon } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Segments } from '@/components/ui/segments';
import type { RolloutView } from '@/lib/api-client/run-urls';
import type { RolloutSteps } from '@/lib/api-client/wire';

const SETS = [
  { set: 'train', title: 'Train' },
  { set: 'validation', title: 'Validation' },
] as const;

/** Which step, and whether what was trained on or what was held out. */
export function StepPicker(props: {
  view: RolloutView;
  available: readonly number[];
  counts: RolloutSteps;
  onStep: (step: number | undefined) => void;
  onChange: (change: Readonly<Record<string, string | number | null>>) => void;
}) {
  const { view, available, onStep } = props;
  const step = view.step ?? 0;
  const before = available.findLast((one) => one < step);
  const after = available.find((one) => one > step);
  const newest = available.at(-1);
  return (
    <div className="flex flex-wrap items-center gap-2 px-3 pt-3">
      <div className="flex items-center gap-1">
        <Button
          size="icon"
          aria-label="Earlier step (H)"
          disabled={before === undefined}
          onClick={() => onStep(before)}
        >
          <ChevronLeftIcon />
        </Button>
        <label className="flex items-center gap-1.5 font-semibold">
          Step
          <input
            type="number"
            aria-label="Step"
            key={step}
            defaultValue={step}
            min={0}
            max={newest ?? 0}
            className="h-8 w-16 rounded-button border border-line-strong bg-panel px-2 font-semibold"
            onChange={(event) => {
              const wanted = event.target.valueAsNumber;
              if (available.includes(wanted)) onStep(wanted);
            }}
          />
        </label>
        <Button
          size="icon"
          aria-label="Later step (L)"
          disabled={after === undefined}
          onClick={() => onStep(after)}
        >
          <ChevronRightIcon />
        </Button>
      </div>
      {newest !== undefined && newest > step ? (
        <Button
          variant="ghost"
          className="-ml-1 gap-0.5 px-1.5"
          aria-label={`Newest step, ${newest}`}
          onClick={() => onStep(newest)}
        >
          <ChevronsRightIcon />
          {newest}
        </Button>
      ) : null}
      <Segments
        label="Set"
        className="ml-auto"
        value={view.set}
        options={SETS.map(({ set, title }) => ({
          value: set,
          title: (
            <>
              {title} <span className="text-sm text-muted">{props.counts[set].length}</span>
            </>
          ),
        }))}
        onChange={(set) => props.onChange({ set: set === 'train' ? null : set, step: null, rollout: null })}
      />
    </div>
  );
}
