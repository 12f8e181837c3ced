'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { Skeleton } from '@/components/ui/skeleton';
import { useUrlQuery } from '@/components/ui/use-url-query';
import { prependLogs } from '@/lib/api-client/fold-logs';
import { LogView } from '@/lib/api-client/run-urls';
import { logsQuery, olderLogs } from '@/lib/api-client/runs';
import type { RunId } from '@/lib/domain/run';
import { LOG_LEVELS } from '@/lib/domain/run-event';
import { LogLine } from './log-line';
import { visibleLines } from './visible-lines';

/** Pixels from the end within which a reader counts as following. */
const NEAR_END = 40;

/** What the run's parts said, newest last. Follows while the reader is at the end, and stays put when not. */
export function RunLogs({ id }: { id: RunId }) {
  const [view, setView] = useUrlQuery(LogView);
  const [isFollowing, setIsFollowing] = useState(true);
  const { data, error } = useQuery(logsQuery(id));
  const client = useQueryClient();
  const boxRef = useRef<HTMLDivElement>(null);
  const lines = visibleLines(data?.events ?? [], view);
  const newest = lines.at(-1)?.seq;
  // The scroll position of the box.
  useEffect(() => {
    if (isFollowing && boxRef.current !== null) boxRef.current.scrollTop = boxRef.current.scrollHeight;
  }, [isFollowing, newest]);
  if (data === undefined) {
    if (error === null) return <Skeleton className="m-4 h-80 rounded-card" />;
    return (
      <EmptyState title="The log cannot be shown" tone="error">
        {error.message}
      </EmptyState>
    );
  }
  async function loadOlder(): Promise<void> {
    const first = data?.events[0]?.seq;
    if (first === undefined) return;
    try {
      const older = await olderLogs(id, first, new AbortController().signal);
      client.setQueryData(logsQuery(id).queryKey, (page) => page && prependLogs(page, older, first));
    } catch (error) {
      toast.error(error instanceof Error ? error.message : String(error));
    }
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2 p-4">
      <div className="flex flex-wrap items-center gap-2">
        <Select
          aria-label="Least level shown"
          value={view.level}
          onChange={(event) => setView({ level: event.target.value })}
        >
          {LOG_LEVELS.map((level) => (
            <option key={level} value={level}>
              {level} and above
            </option>
          ))}
        </Select>
        <Input
          type="search"
          aria-label="Search the log"
          placeholder="Search the log"
          className="w-52"
          defaultValue={view.search}
          onChange={(event) => setView({ search: event.target.value })}
        />
        <span className="text-sm text-muted">
          {lines.length} of {data.events.length} {data.events.length === 1 ? 'line' : 'lines'}
        </span>
        <label className="ml-auto flex items-center gap-1.5">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={isFollowing}
            onChange={(event) => setIsFollowing(event.target.checked)}
          />
          Follow
        </label>
      </div>
      <div
        ref={boxRef}
        role="log"
        aria-label="Log"
        aria-live="off"
        tabIndex={0}
        className="h-[calc(100dvh-18rem)] min-h-64 overflow-auto rounded-card border bg-panel py-1 font-mono text-sm"
        onScroll={({ currentTarget: box }) =>
          setIsFollowing(box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END)
        }
      >
        {data.hasOlder ? (
          <Button variant="link" size="inline" className="mx-3" onClick={() => void loadOlder()}>
            Load older lines
          </Button>
        ) : null}
        {lines.length === 0 ? (
          <p className="px-3 py-2 text-muted">
            {data.events.length === 0 ? 'The run has said nothing yet.' : 'No line matches.'}
          </p>
        ) : (
          lines.map((line) => <LogLine key={line.seq} line={line} />)
        )}
      </div>
    </div>
  );
}
