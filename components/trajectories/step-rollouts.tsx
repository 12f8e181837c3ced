'use client';

import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { EmptyState } from '@/components/ui/empty-state';
import { Skeleton } from '@/components/ui/skeleton';
import { currentUrlQuery } from '@/components/ui/use-url-query';
import { RolloutView } from '@/lib/api-client/run-urls';
import { rolloutsQuery } from '@/lib/api-client/trajectories';
import type { RolloutSteps, TrajectoryPage } from '@/lib/api-client/wire';
import type { RunId } from '@/lib/domain/run';
import { filterRollouts, parseRolloutFilter } from '@/lib/insight/rollouts/rollout-filter';
import { chooseRollouts, moveOf } from './choose-rollouts';
import { RewardHistogram } from './reward-histogram';
import { RolloutDetail } from './rollout-detail';
import { RolloutFilterBar } from './rollout-filter-bar';
import { RolloutList } from './rollout-list';
import { useSeenRollouts } from './seen-rollouts';
import { StepPicker } from './step-picker';

type Change = (change: Readonly<Record<string, string | number | null>>) => void;

/** List on the left, the chosen rollout beside it; on a narrow screen one at a time. */
export function StepRollouts(props: {
  id: RunId;
  view: RolloutView;
  available: readonly number[];
  counts: RolloutSteps;
  onChange: Change;
}) {
  const { id, view, available, onChange } = props;
  const [bin, setBin] = useState<number | null>(null);
  const { data, error } = useQuery(queryOf(id, view));
  const rows = data?.rows ?? [];
  const filter = parseRolloutFilter(view.filter);
  const seen = useSeenRollouts(id, view.rollout);
  const { bins, shown } = chooseRollouts(filterRollouts(rows, filter, seen), bin);
  const selected = view.rollout ?? shown[0]?.id ?? null;

  function goToStep(step: number | undefined): void {
    if (step === undefined) return;
    setBin(null);
    onChange({ step, rollout: null });
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (isTyping(event.target)) return;
    // a key that is held down comes faster than the page is drawn
    const now = currentUrlQuery(RolloutView);
    const at = { selected: now.rollout ?? selected, step: now.step ?? view.step };
    const move = moveOf(event.key, { rows: shown, steps: available, ...at });
    if (move?.to === 'rollout') onChange({ rollout: move.id });
    if (move?.to === 'step') goToStep(move.step);
  }
  return (
    <div
      className="grid min-h-0 flex-1 grid-cols-1 lg:grid-cols-[27.5rem_minmax(0,1fr)]"
      onKeyDown={onKeyDown}
    >
      <div className={cn('flex min-w-0 flex-col border-r', view.rollout !== null && 'max-lg:hidden')}>
        <StepPicker {...props} onStep={goToStep} />
        <RewardHistogram bins={bins} chosen={bin} onChoose={setBin} />
        <RolloutFilterBar
          text={view.filter}
          filter={filter}
          onChange={(text) => onChange({ filter: text === '' ? null : text, rollout: null })}
        />
        <RolloutList
          rows={shown}
          total={data?.total ?? null}
          isFiltered={shown.length < rows.length}
          error={error}
          sort={view.sort}
          selected={selected}
          onSort={(sort) => onChange({ sort: sort === 'order' ? null : sort })}
          onSelect={(rollout) => onChange({ rollout })}
        />
      </div>
      <div className={cn('min-w-0', view.rollout === null && 'max-lg:hidden')}>
        <Button variant="link" className="mx-4 lg:hidden" onClick={() => onChange({ rollout: null })}>
          ‹ All rollouts of step {view.step}
        </Button>
        <DetailPane {...props} rows={data?.rows ?? null} selected={selected} hasFailed={error !== null} />
      </div>
    </div>
  );
}

function queryOf(id: RunId, view: RolloutView) {
  const question = { step: view.step ?? 0, validation: view.set === 'validation', sort: view.sort };
  return { ...rolloutsQuery(id, question), enabled: view.step !== null };
}

function DetailPane(props: {
  id: RunId;
  view: RolloutView;
  /** Rollouts of the step; null while they are being read. */
  rows: TrajectoryPage['rows'] | null;
  selected: number | null;
  hasFailed: boolean;
  onChange: Change;
}) {
  const { view, rows, selected } = props;
  if (rows === null && view.step !== null && !props.hasFailed)
    return <Skeleton className="m-4 h-80 rounded-card" />;
  if (selected === null) return <NoRollout view={view} />;
  return (
    <RolloutDetail
      id={props.id}
      trajectory={selected}
      siblings={rows ?? []}
      color={view.color}
      onChange={props.onChange}
    />
  );
}

function isTyping(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea') !== null;
}

function NoRollout({ view }: { view: RolloutView }) {
  return (
    <EmptyState title={view.step === null ? 'No rollouts yet' : `No rollout of step ${view.step}`}>
      {view.set === 'validation'
        ? 'Validation rollouts appear when the recipe validates: before, during and after training.'
        : 'Each step keeps every prompt, completion and reward. They appear with the first completed step.'}
    </EmptyState>
  );
}
