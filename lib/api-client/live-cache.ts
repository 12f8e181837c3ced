import { type QueryClient, queryOptions, skipToken } from '@tanstack/react-query';
import type { Run, RunId } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import { foldLogs } from './fold-logs';
import { foldMetrics, type MetricsData } from './fold-metrics';
import { foldSummaries, metricsScope, summariesQuery } from './metrics';
import { recentEventsQuery, remember } from './recent-events';
import { historyQuery, logsQuery, runQuery } from './runs';
import type { ConnectionState, LiveMessage } from './tab-hub';
import { rolloutStepsQuery } from './trajectories';

/** Whether live data is coming in: told by the stream, never asked for. */
export const connectionQuery = queryOptions({
  queryKey: ['connection'] as const,
  queryFn: skipToken,
  initialData: (): ConnectionState => 'connecting',
  staleTime: Infinity,
});

/** Stamp of the recipes folder's state: told by the stream, never asked for. */
export const recipeStampQuery = queryOptions({
  queryKey: ['recipe-stamp'] as const,
  queryFn: skipToken,
  initialData: (): string | null => null,
  staleTime: Infinity,
});

/** A hidden tab folds this often; its frames stand still, and nobody looks. */
const HIDDEN_MS = 1000;
/** Messages that may wait for a frame; beyond this they are folded at once. */
const MAX_WAITING = 4000;

export type FrameScheduler = (callback: () => void) => void;

/** Folds live messages into the query cache, all that came within one animation frame in one go. */
export function createLiveCache(
  client: QueryClient,
  nextFrame: FrameScheduler,
): (message: LiveMessage) => void {
  let waiting: LiveMessage[] = [];
  function fold(): void {
    const messages = waiting;
    waiting = [];
    applyMessages(client, messages);
  }
  return (message) => {
    waiting.push(message);
    if (waiting.length === 1) nextFrame(fold);
    else if (waiting.length > MAX_WAITING) fold();
  };
}

export function browserFrames(callback: () => void): void {
  if (document.visibilityState === 'hidden') setTimeout(callback, HIDDEN_MS);
  else requestAnimationFrame(() => callback());
}

function applyMessages(client: QueryClient, messages: readonly LiveMessage[]): void {
  const events = new Map<RunId, RunEvent[]>();
  for (const message of messages) {
    switch (message.kind) {
      case 'event': {
        const list = events.get(message.event.runId) ?? [];
        list.push(message.event);
        events.set(message.event.runId, list);
        break;
      }
      case 'run':
        applyRun(client, message.run);
        break;
      case 'reset':
        events.clear();
        client.removeQueries({ predicate: ({ queryKey }) => queryKey[2] === 'recent' });
        void client.invalidateQueries({ queryKey: ['runs'] });
        break;
      case 'recipes':
        client.setQueryData(recipeStampQuery.queryKey, message.stamp);
        break;
      case 'connection':
        client.setQueryData(connectionQuery.queryKey, message.state);
        break;
    }
  }
  for (const [id, list] of events) applyEvents(client, id, list);
}

function applyRun(client: QueryClient, run: Run): void {
  client.setQueryData(runQuery(run.id).queryKey, (known) =>
    known !== undefined && known.lastSeq > run.lastSeq ? known : run,
  );
}

function applyEvents(client: QueryClient, id: RunId, events: readonly RunEvent[]): void {
  client.setQueryData(recentEventsQuery(id).queryKey, (recent = []) => remember(recent, events));
  client.setQueriesData<MetricsData>(
    { queryKey: metricsScope(id) },
    (data) => data && foldMetrics(data, events),
  );
  client.setQueryData(summariesQuery(id).queryKey, (data) => data && foldSummaries(data, events));
  client.setQueryData(logsQuery(id).queryKey, (data) => data && foldLogs(data, events));
  rereadStale(client, id);
  if (events.some(({ kind }) => kind === 'status' || kind === 'checkpoint')) {
    void client.invalidateQueries({ queryKey: historyQuery(id).queryKey });
  }
  const batches = events.filter((event) => event.kind === 'trajectories');
  if (batches.length === 0) return;
  void client.invalidateQueries({ queryKey: rolloutStepsQuery(id).queryKey });
  for (const { step, validation } of batches) {
    void client.invalidateQueries({ queryKey: ['runs', id, 'rollouts', { step, validation }] });
  }
}

/** Asks again for ranges that folding could not keep true. What is drawn stays until the answer is there. */
function rereadStale(client: QueryClient, id: RunId): void {
  void client.invalidateQueries(
    {
      queryKey: metricsScope(id),
      predicate: ({ state }) => isMetricsData(state.data) && state.data.isStale,
    },
    { cancelRefetch: false },
  );
}

function isMetricsData(data: unknown): data is MetricsData {
  return typeof data === 'object' && data !== null && 'isStale' in data;
}
