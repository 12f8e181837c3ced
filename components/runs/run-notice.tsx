'use client';

import { useQuery } from '@tanstack/react-query';
import { useToday } from '@/components/ui/use-now';
import { historyQuery, runQuery } from '@/lib/api-client/runs';
import { formatClock } from '@/lib/charts/format-time';
import type { Checkpoint, Run, RunId } from '@/lib/domain/run';

/** Explains a wait or an end that nobody asked for, and what to do about it. Nothing while there is nothing to explain. */
export function RunNotice({ id }: { id: RunId }) {
  const { data: run } = useQuery(runQuery(id));
  if (run === undefined) return null;
  if (run.phase === 'waiting' && run.reason !== null) return <WaitingNotice reason={run.reason} />;
  return run.status === 'lost' || run.status === 'failed' ? <EndNotice run={run} /> : null;
}

function EndNotice({ run }: { run: Run }) {
  const { data: history } = useQuery(historyQuery(run.id));
  const now = useToday();
  return (
    <div role="alert" className="mx-4 mt-3 rounded-card border border-error/40 bg-error/5 px-3 py-2.5">
      <p className="font-semibold text-error">
        {run.status === 'lost' ? goneSince(run, now) : 'The run failed'}
      </p>
      {run.reason === null ? null : <p className="mt-0.5 whitespace-pre-wrap">{withoutAdvice(run.reason)}</p>}
      <p className="mt-0.5 text-muted">{wayOn(run, history?.checkpoints ?? null)}</p>
    </div>
  );
}

/** The run goes on by itself: nothing to do here but to mend the service. */
function WaitingNotice({ reason }: { reason: string }) {
  return (
    <div role="status" className="mx-4 mt-3 rounded-card border border-warning/40 bg-warning/5 px-3 py-2.5">
      <p className="font-semibold text-warning">The run waits for a service</p>
      <p className="mt-0.5 break-words whitespace-pre-wrap">{reason}</p>
      <p className="mt-0.5 text-muted">
        It goes on by itself when the service answers. Stop works meanwhile.
      </p>
    </div>
  );
}

/** What to do is said below, and there with the step. */
function withoutAdvice(reason: string): string {
  return reason.replace(/\s*Resume continues from the last checkpoint\.$/, '');
}

function goneSince(run: Run, now: number | null): string {
  if (run.heartbeatAt === null || now === null) return 'The run process is gone';
  return `The run process is gone since ${formatClock(run.heartbeatAt, now)}`;
}

/** `checkpoints` newest first; null while they are being read. */
function wayOn(run: Run, checkpoints: readonly Checkpoint[] | null): string {
  const kept =
    run.step === 0
      ? 'No step was completed.'
      : `Nothing up to step ${run.step} was lost: all of it is stored.`;
  if (checkpoints === null) return kept;
  const [newest] = checkpoints;
  if (newest === undefined) return `${kept} There is no checkpoint yet, so Resume starts from the beginning.`;
  const again = run.step - newest.step;
  const repeat = again <= 0 ? '' : again === 1 ? '; one step runs again' : `; ${again} steps run again`;
  return `${kept} Resume continues from the checkpoint at step ${newest.step}${repeat}.`;
}
