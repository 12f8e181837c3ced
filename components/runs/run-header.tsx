'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { Progress } from '@/components/ui/progress';
import { RehearsalMark } from '@/components/ui/rehearsal-mark';
import { compareHref } from '@/lib/api-client/run-urls';
import { runQuery } from '@/lib/api-client/runs';
import type { Run, RunId } from '@/lib/domain/run';
import { activityWords } from '@/lib/insight/run-words';
import { ConnectionNotice } from './connection-notice';
import { RunControls, type RunActions } from './run-controls';
import { RunPace } from './run-pace';
import { RunTabs } from './run-tabs';
import { StatusPill } from './status-pill';

/** The strip that stays in sight on every tab of a run: what it is, where it stands, what can be done. */
export function RunHeader({ id, actions }: { id: RunId; actions: RunActions }) {
  const { data: run } = useQuery(runQuery(id));
  if (run === undefined) return null;
  return (
    <header className="z-20 border-b bg-panel sm:sticky sm:top-11">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 pt-3 pb-2">
        <div className="min-w-0 basis-full sm:basis-auto">
          <div className="flex items-center gap-2">
            <h1 className="truncate text-lg font-semibold">{run.name}</h1>
            <RehearsalMark protocol={run.rehearsal} />
          </div>
          <p className="truncate text-sm text-muted">{facts(run)}</p>
        </div>
        <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-2 sm:ml-auto">
          <div className="flex items-center gap-2">
            <StatusPill status={run.status} />
            <span className="text-sm text-muted">{activityWords(run)}</span>
          </div>
          <div className="w-36">
            <div className="text-right font-semibold">
              step {run.step} <span className="font-normal text-muted">of {run.totalSteps}</span>
            </div>
            <Progress label="Steps completed" value={run.step} max={run.totalSteps} />
          </div>
          <RunPace run={run} />
          <div className="flex items-center gap-2">
            <RunControls run={run} actions={actions} />
            <Button asChild>
              <Link href={compareHref([run.id])}>Compare</Link>
            </Button>
          </div>
        </div>
      </div>
      <ConnectionNotice />
      <RunTabs id={id} />
    </header>
  );
}

function facts(run: Run): string {
  return [
    `run ${run.id}`,
    `${run.recipe} · ${run.variant}`,
    run.backend === run.variant ? null : run.backend,
    run.model,
    run.seed === null ? null : `seed ${run.seed}`,
    run.rehearsal === null ? null : `rehearsed over ${run.rehearsal}`,
    run.attempt > 1 ? `attempt ${run.attempt}` : null,
  ]
    .filter((fact) => fact !== null)
    .join(' · ');
}
