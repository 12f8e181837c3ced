'use client';

import { useQuery } from '@tanstack/react-query';
import { Card, CardHeader, CardTitle } from '@/components/ui/card';
import { EmptyState } from '@/components/ui/empty-state';
import { Skeleton } from '@/components/ui/skeleton';
import { Table, TableCell, TableHead, TableRow } from '@/components/ui/table';
import { useToday } from '@/components/ui/use-now';
import { historyQuery } from '@/lib/api-client/runs';
import { formatBytes, formatClock, formatDuration } from '@/lib/charts/format-time';
import type { Attempt, Checkpoint, RunId } from '@/lib/domain/run';

/** Saved states, and the process lives that made them. */
export function RunHistoryView({ id }: { id: RunId }) {
  const { data, error } = useQuery(historyQuery(id));
  if (data === undefined) {
    if (error === null) return <Skeleton className="m-4 h-60 rounded-card" />;
    return (
      <EmptyState title="The history cannot be shown" tone="error">
        {error.message}
      </EmptyState>
    );
  }
  return (
    <div className="grid grid-cols-1 items-start gap-3 p-4 lg:grid-cols-2">
      <Checkpoints checkpoints={data.checkpoints} />
      <Attempts attempts={data.attempts} />
    </div>
  );
}

function Checkpoints({ checkpoints }: { checkpoints: readonly Checkpoint[] }) {
  return (
    <Card>
      <CardHeader className="pb-1">
        <CardTitle>Checkpoints</CardTitle>
        <span className="text-sm text-muted">newest first; Resume takes the first</span>
      </CardHeader>
      {checkpoints.length === 0 ? (
        <p className="px-3 pb-3 text-muted">
          None yet. One is saved as the recipe says, and when the run ends or stops.
        </p>
      ) : (
        <Table label="Checkpoints">
          <thead>
            <tr>
              <TableHead>Step</TableHead>
              <TableHead>Attempt</TableHead>
              <TableHead>Saved</TableHead>
              <TableHead>Size</TableHead>
              <TableHead>Folder</TableHead>
            </tr>
          </thead>
          <tbody>
            {checkpoints.map((checkpoint) => (
              <TableRow key={`${checkpoint.attempt}-${checkpoint.step}`}>
                <TableCell className="font-medium">{checkpoint.step}</TableCell>
                <TableCell>{checkpoint.attempt}</TableCell>
                <TableCell className="whitespace-nowrap">
                  <Clock time={checkpoint.createdAt} />
                </TableCell>
                <TableCell className="whitespace-nowrap">{formatBytes(checkpoint.bytes)}</TableCell>
                <TableCell className="font-mono text-sm text-muted">{checkpoint.path}</TableCell>
              </TableRow>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}

function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  return (
    <Card>
      <CardHeader className="pb-1">
        <CardTitle>Attempts</CardTitle>
        <span className="text-sm text-muted">each one life of a run process</span>
      </CardHeader>
      {attempts.length === 0 ? (
        <p className="px-3 pb-3 text-muted">No process has taken the run yet.</p>
      ) : (
        <Table label="Attempts">
          <thead>
            <tr>
              <TableHead>Attempt</TableHead>
              <TableHead>From step</TableHead>
              <TableHead>Started</TableHead>
              <TableHead>Lasted</TableHead>
              <TableHead>Process</TableHead>
            </tr>
          </thead>
          <tbody>
            {attempts.map((attempt) => (
              <TableRow key={attempt.number}>
                <TableCell className="font-medium">{attempt.number}</TableCell>
                <TableCell>{attempt.startStep}</TableCell>
                <TableCell className="whitespace-nowrap">
                  <Clock time={attempt.startedAt} />
                </TableCell>
                <TableCell className="whitespace-nowrap">{lasted(attempt)}</TableCell>
                <TableCell className="font-mono text-sm text-muted">
                  {attempt.pid} on {attempt.host}
                </TableCell>
              </TableRow>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}

function lasted({ startedAt, endedAt }: Attempt): string {
  if (endedAt === null) return 'no end recorded';
  return formatDuration((Date.parse(endedAt) - Date.parse(startedAt)) / 1000);
}

function Clock({ time }: { time: string }) {
  const today = useToday();
  return today === null ? time.slice(11, 19) : formatClock(time, today);
}
