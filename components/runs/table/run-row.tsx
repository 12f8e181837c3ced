'use client';

import { PinIcon } from 'lucide-react';
import Link from 'next/link';
import { Sparkline } from '@/components/charts/sparkline';
import { Progress } from '@/components/ui/progress';
import { RehearsalMark } from '@/components/ui/rehearsal-mark';
import { TableCell, TableRow } from '@/components/ui/table';
import { useNow } from '@/components/ui/use-now';
import { runHref } from '@/lib/api-client/run-urls';
import type { RunListItem } from '@/lib/api-client/wire';
import { formatAge, formatClock, formatDuration } from '@/lib/charts/format-time';
import { formatNumber } from '@/lib/charts/format-value';
import { colorOf } from '@/lib/charts/series-color';
import type { Run } from '@/lib/domain/run';
import { activityWords } from '@/lib/insight/run-words';
import { StatusPill } from '../status-pill';
import { cellText } from './cell-text';
import { RunMenu } from './run-menu';
import type { Annotate } from './use-annotate';

type RunRowProps = {
  item: RunListItem;
  /** Place among all rows; `measure` tells the list how high it came out. */
  index: number;
  measure: (row: HTMLTableRowElement | null) => void;
  columns: readonly string[];
  isSelected: boolean;
  onToggle: (isRange: boolean) => void;
  annotate: Annotate;
  onTag: (tag: string) => void;
};

export function RunRow({
  item: { run, reward, cells },
  index,
  measure,
  columns,
  isSelected,
  onToggle,
  annotate,
  onTag,
}: RunRowProps) {
  const activity = activityWords(run);
  return (
    <TableRow ref={measure} data-index={index} className={isSelected ? 'bg-selected' : undefined}>
      <TableCell className="pr-0">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          aria-label={`Select run ${run.id}, ${run.name}`}
          checked={isSelected}
          onChange={({ nativeEvent }) => onToggle(nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)}
        />
      </TableCell>
      <TableCell className="whitespace-nowrap max-sm:hidden">
        <StatusPill status={run.status} />
        {activity === null ? null : <span className="ml-2 text-sm text-muted">{activity}</span>}
      </TableCell>
      <TableCell className="max-w-80 min-w-40">
        <RunName run={run} onTag={onTag} />
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
      {columns.map((name, place) => (
        <TableCell key={name} className="max-w-48 truncate font-mono text-sm">
          {cellText(cells[place] ?? null)}
        </TableCell>
      ))}
      <TableCell className="pl-0">
        <RunMenu run={run} annotate={annotate} />
      </TableCell>
    </TableRow>
  );
}

function RunName({ run, onTag }: { run: Run; onTag: (tag: string) => void }) {
  return (
    <>
      <span className="flex items-center gap-1.5">
        {run.isPinned ? <PinIcon className="size-3.5 shrink-0 text-accent" aria-label="Pinned" /> : null}
        <Link href={runHref(run.id)} className="block truncate font-medium hover:underline">
          {run.name}
        </Link>
        <RehearsalMark protocol={run.rehearsal} />
        {run.tags.map((tag) => (
          <button
            key={tag}
            type="button"
            title={`Show runs with the tag ${tag}`}
            className="h-5 shrink-0 rounded-chip border border-line bg-sunken px-1.5 text-xs text-muted hover:text-ink"
            onClick={() => onTag(tag)}
          >
            {tag}
          </button>
        ))}
      </span>
      <span className="block truncate text-sm text-muted" title={run.notes === '' ? undefined : run.notes}>
        run {run.id} · {run.recipe} · {run.variant}
        {run.seed === null ? '' : ` · seed ${run.seed}`}
        {run.notes === '' ? '' : ` · ${run.notes.split('\n')[0] ?? ''}`}
      </span>
      <span className="mt-0.5 block sm:hidden">
        <StatusPill status={run.status} />
      </span>
    </>
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
