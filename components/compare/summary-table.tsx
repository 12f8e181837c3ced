'use client';

import { XIcon } from 'lucide-react';
import Link from 'next/link';
import { Swatch } from '@/components/charts/chart-legend';
import { RehearsalMark } from '@/components/ui/rehearsal-mark';
import { Table, TableCell, TableHead, TableRow } from '@/components/ui/table';
import { compareHref, type CompareView, runHref } from '@/lib/api-client/run-urls';
import { formatDuration } from '@/lib/charts/format-time';
import { formatNumber } from '@/lib/charts/format-value';
import type { MetricUnit } from '@/lib/domain/metric';
import { statusWords } from '@/lib/insight/run-words';
import { windowMeans } from '@/lib/insight/window-means';
import type { ComparedRun } from './compared-run';

/** Where each run began, where it stands, the best it did, and what the held-out file says before and after. */
export function SummaryTable(props: {
  runs: readonly ComparedRun[];
  heldOut: string;
  unit: MetricUnit;
  view: CompareView;
}) {
  const ids = props.runs.map(({ run }) => run.id);
  return (
    <Table label="Summary of the runs">
      <thead>
        <tr>
          {['Run', 'First', 'Last', 'Best', props.heldOut, 'Time'].map((title, index) => (
            <TableHead key={title} className={index === 0 ? undefined : 'px-2 text-right'}>
              {title}
            </TableHead>
          ))}
          <TableHead className="relative w-6 p-0">
            <span className="sr-only">Remove</span>
          </TableHead>
        </tr>
      </thead>
      <tbody>
        {props.runs.map((compared) => {
          const { run, style } = compared;
          const means = windowMeans(compared.metric?.mean ?? []);
          return (
            <TableRow key={run.id}>
              <TableCell>
                <span className="flex items-center gap-2">
                  <Swatch color={style.color} dash={style.dash} />
                  <Link href={runHref(run.id)} className="max-w-48 truncate font-medium hover:underline">
                    {run.name}
                  </Link>
                  <RehearsalMark protocol={run.rehearsal} />
                </span>
                <span className="block text-sm whitespace-nowrap text-muted">
                  run {run.id} · {statusWords(run.status).word.toLowerCase()} · {run.step} of {run.totalSteps}
                </span>
              </TableCell>
              <Figure value={means.first} />
              <Figure value={means.last} />
              <Figure value={means.best} />
              <TableCell className="px-2 text-right font-mono whitespace-nowrap">
                {beforeAfter(compared)}
              </TableCell>
              <TableCell className="px-2 text-right whitespace-nowrap">
                {run.trainSeconds > 0 ? formatDuration(run.trainSeconds) : '—'}
              </TableCell>
              <TableCell className="px-1">
                <Link
                  href={compareHref(
                    ids.filter((id) => id !== run.id),
                    props.view,
                  )}
                  aria-label={`Take run ${run.id} out of the comparison`}
                  className="block rounded-chip p-1 text-muted hover:bg-hover hover:text-ink [&_svg]:size-3.5"
                >
                  <XIcon />
                </Link>
              </TableCell>
            </TableRow>
          );
        })}
      </tbody>
    </Table>
  );
}

function Figure({ value }: { value: number | null }) {
  return <TableCell className="px-2 text-right font-mono">{formatNumber(value)}</TableCell>;
}

/** The first and the last validation; one alone is the state before. */
function beforeAfter({ heldOut }: ComparedRun): string {
  const first = heldOut?.mean[0] ?? null;
  if (heldOut === null || first === null) return '—';
  if (heldOut.mean.length === 1) return formatNumber(first);
  return `${formatNumber(first)} → ${formatNumber(heldOut.mean.at(-1))}`;
}
