'use client';

import Link from 'next/link';
import { Sparkline } from '@/components/charts/sparkline';
import { Progress } from '@/components/ui/progress';
import { TableCell, TableRow } from '@/components/ui/table';
import { useNow } from '@/components/ui/use-now';
import { runHref } from '@/lib/api-client/run-urls';
import type { RewardTrail } from '@/lib/api-client/wire';
import { formatAge, formatClock, formatDuration } from '@/lib/charts/format-time';
import { formatNumber } from '@/lib/charts/format-value';
import { colorOf } from '@/lib/charts/series-color';
import type { Run } from '@/lib/domain/run';
import { activityWords } from '@/lib/insight/run-words';
import { StatusPill } from './status-pill';

export function RunRow(props: { run: Run; reward: RewardTrail; isSelected: boolean; onToggle: () => void }) {
  const { run, reward } = props;
  const activity = activityWords(run);
  return (
    <TableRow className={props.isSelected ? 'bg-selected' : undefined}>
      <TableCell className="pr-0">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          aria-label={`Select run ${run.id}, ${run.name}, for comparison`}
          checked={props.isSelected}
          onChange={props.onToggle}
        />
      </TableCell>
      <TableCell className="whitespace-nowrap max-sm:hidden">
        <StatusPill status={run.status} />
        {activity === null ? null : <span className="ml-2 text-sm text-muted">{activity}</span>}
      </TableCell>
      <TableCell className="max-w-80 min-w-40">
        <Link href={runHref(run.id)} className="block truncate font-medium hover:underline">
          {run.name}
        </Link>
        <span className="block truncate text-sm text-muted">
          run {run.id} · {run.recipe} · {run.variant}
          {run.seed === null ? '' : ` · seed ${run.seed}`}
        </span>
        <span className="mt-0.5 block sm:hidden">
          <StatusPill status={run.status} />
        </span>
      </TableCell>
      <TableCell>
        <div className="w-28">
          <span className="font-medium">{run.step}</span>
          <span className="text-muted"> of {run.totalSteps}</span>
          <Progress
            label={`Steps of run ${run.id} completed`}
            value={run.step}
            max={run.totalSteps}
            className="mt-1"
          />
        </div>
      </TableCell>
      <TableCell>
        <div className="flex items-center gap-3">
          <span className="w-12 font-mono font-medium">{formatNumber(reward.last)}</span>
          <Sparkline values={reward.points} color={colorOf(run.backend)} low={0} />
        </div>
      </TableCell>
      <Times run={run} />
    </TableRow>
  );
}

function Times({ run }: { run: Run }) {
  const now = useNow();
  const started = run.startedAt === null ? null : Date.parse(run.startedAt);
  return (
    <>
      <TableCell className="whitespace-nowrap text-muted">
        {started === null || now === null ? '—' : startedWords(started, now)}
      </TableCell>
      <TableCell className="whitespace-nowrap">
        {run.trainSeconds > 0 ? formatDuration(run.trainSeconds) : '—'}
      </TableCell>
    </>
  );
}

function startedWords(started: number, now: number): string {
  const age = (now - started) / 1000;
  return age < 3600 ? formatAge(Math.max(0, age)) : formatClock(started, now);
}
