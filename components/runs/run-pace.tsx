'use client';

import { useQuery } from '@tanstack/react-query';
import { useNow } from '@/components/ui/use-now';
import { metricsQuery } from '@/lib/api-client/metrics';
import { formatAge, formatDuration } from '@/lib/charts/format-time';
import { isActive, type Run } from '@/lib/domain/run';
import { estimateRemaining } from '@/lib/insight/eta';

/** Enough of the newest steps at raw resolution to know the pace of any run. */
const STEP_TIME = { keys: ['timing/step'], from: null, to: null, width: 400 } as const;
/** A heartbeat comes every second; silence longer than this is worth a word. */
const SILENT_SECONDS = 5;

/** How long it will take, and how fresh what is shown is. */
export function RunPace({ run }: { run: Run }) {
  const now = useNow();
  const { data: pace } = useQuery(metricsQuery(run.id, STEP_TIME));
  const seconds = pace?.series[0]?.mean ?? [];
  const times = pace?.series[0]?.time ?? [];
  const lastPoint = times.at(-1) ?? null;
  return (
    <dl className="min-w-28 text-sm text-muted sm:text-right" suppressHydrationWarning>
      <div>
        <dt className="sr-only">Time</dt>
        <dd>{isActive(run.status) ? timeLeft(run, seconds) : timeTaken(run)}</dd>
      </div>
      <div>
        <dt className="sr-only">Freshness</dt>
        <dd>{now === null ? '' : freshness(run, lastPoint, now)}</dd>
      </div>
    </dl>
  );
}

function timeLeft(run: Run, stepSeconds: readonly number[]): string {
  if (run.status === 'paused') return 'paused';
  const eta = estimateRemaining(stepSeconds, run.totalSteps - run.step);
  if (eta === null) return run.phase === 'warm_start' ? 'before the first step' : 'time left unknown yet';
  const [low, high] = [formatDuration(Math.round(eta.low)), formatDuration(Math.round(eta.high))];
  return low === high ? `${high} left` : `${low} to ${high} left`;
}

function timeTaken(run: Run): string {
  return run.trainSeconds > 0 ? `${formatDuration(run.trainSeconds)} of training` : 'no step trained';
}

function freshness(run: Run, lastPoint: number | null, now: number): string {
  const age = (time: number): number => Math.max(0, (now - time) / 1000);
  if (!isActive(run.status)) {
    return run.endedAt === null ? '' : `ended ${formatAge(age(Date.parse(run.endedAt)))}`;
  }
  const silent = run.heartbeatAt === null ? null : age(Date.parse(run.heartbeatAt));
  if (silent !== null && silent > SILENT_SECONDS) return `no sign of life for ${formatDuration(silent)}`;
  return lastPoint === null ? 'no data yet' : `last data ${formatAge(age(lastPoint))}`;
}
