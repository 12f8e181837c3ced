'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { EmptyState } from '@/components/ui/empty-state';
import { Skeleton } from '@/components/ui/skeleton';
import { useUrlQuery } from '@/components/ui/use-url-query';
import { RolloutView } from '@/lib/api-client/run-urls';
import { rolloutStepsQuery } from '@/lib/api-client/trajectories';
import type { RunId } from '@/lib/domain/run';
import { StepRollouts } from './step-rollouts';

/**
 * Rollouts of one step. Without a step in the address it is the newest one when the page was opened, and stays that:
 * what a reader looks at does not change under their eyes.
 */
export function RolloutBrowser({ id }: { id: RunId }) {
  const [view, setView] = useUrlQuery(RolloutView);
  const { data: steps, error } = useQuery(rolloutStepsQuery(id));
  const [opened, setOpened] = useState<Readonly<Record<RolloutView['set'], number | null>>>({
    train: null,
    validation: null,
  });
  if (steps === undefined) {
    if (error === null) return <Skeleton className="m-4 h-96 rounded-card" />;
    return (
      <EmptyState title="The rollouts cannot be shown" tone="error">
        {error.message}
      </EmptyState>
    );
  }
  const available = steps[view.set];
  const newest = available.at(-1) ?? null;
  if (opened[view.set] === null && newest !== null) setOpened({ ...opened, [view.set]: newest });
  const step = view.step ?? opened[view.set] ?? newest;
  return (
    <StepRollouts id={id} view={{ ...view, step }} available={available} counts={steps} onChange={setView} />
  );
}
