import { QueryClient } from '@tanstack/react-query';
import { expect, onTestFinished, test } from 'vitest';
import { RunId } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import { aRun } from '@/lib/testing/builders';
import type { MetricsData } from './fold-metrics';
import { connectionQuery, createLiveCache } from './live-cache';
import { metricsQuery, summariesQuery } from './metrics';
import { recentEventsQuery } from './recent-events';
import { logsQuery, runQuery } from './runs';

const ID = RunId.parse(3);
const QUESTION = { keys: ['reward'], from: null, to: null, width: 50 };

function metricsEvent(seq: number, step: number): RunEvent {
  return {
    seq,
    runId: ID,
    attempt: 1,
    time: '2026-11-22T10:00:00.000Z',
    kind: 'metrics',
    step,
    values: { reward: step },
  };
}

function live() {
  const client = new QueryClient();
  onTestFinished(() => client.clear());
  const frames: (() => void)[] = [];
  const receive = createLiveCache(client, (callback) => frames.push(callback));
  return { client, receive, frames, paint: () => frames.splice(0).forEach((frame) => frame()) };
}

test('all that comes within a frame is folded in one go', () => {
  const { client, receive, frames, paint } = live();
  const data: MetricsData = { question: QUESTION, seq: 0, series: [], isStale: false };
  client.setQueryData(metricsQuery(ID, QUESTION).queryKey, data);
  let changes = 0;
  const query = client.getQueryCache().find({ queryKey: metricsQuery(ID, QUESTION).queryKey });
  client.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.query === query) changes += 1;
  });
  for (let step = 0; step < 50; step += 1) receive({ kind: 'event', event: metricsEvent(step + 1, step) });
  expect([frames.length, changes]).toEqual([1, 0]);
  paint();
  expect(changes).toBe(1);
  expect(client.getQueryData(metricsQuery(ID, QUESTION).queryKey)?.series[0]?.step).toHaveLength(50);
});

test('events that came while a request was under way are not lost', () => {
  const { client, receive, paint } = live();
  receive({ kind: 'event', event: metricsEvent(8, 2) });
  paint();
  expect(client.getQueryData(recentEventsQuery(ID).queryKey)).toEqual([metricsEvent(8, 2)]);
});

test('an older picture of a run does not undo a newer one', () => {
  const { client, receive, paint } = live();
  receive({ kind: 'run', run: aRun({ id: ID, lastSeq: 9, step: 4 }) });
  receive({ kind: 'run', run: aRun({ id: ID, lastSeq: 7, step: 3 }) });
  paint();
  expect(client.getQueryData(runQuery(ID).queryKey)?.step).toBe(4);
});

test('summaries and log lines follow too', () => {
  const { client, receive, paint } = live();
  client.setQueryData(summariesQuery(ID).queryKey, { seq: 0, series: [] });
  client.setQueryData(logsQuery(ID).queryKey, { events: [], hasOlder: false });
  const line: RunEvent = { ...metricsEvent(2, 0), kind: 'log', level: 'info', source: 'x', message: 'hello' };
  receive({ kind: 'event', event: metricsEvent(1, 0) });
  receive({ kind: 'event', event: line });
  receive({ kind: 'event', event: line });
  paint();
  expect(client.getQueryData(summariesQuery(ID).queryKey)?.series).toEqual([
    { key: 'reward', count: 1, lastStep: 0, last: 0 },
  ]);
  expect(client.getQueryData(logsQuery(ID).queryKey)?.events).toHaveLength(1);
});

test('a lost connection shows, and a reset forgets what was read from the other store', () => {
  const { client, receive, paint } = live();
  client.setQueryData(runQuery(ID).queryKey, aRun({ id: ID }));
  receive({ kind: 'event', event: metricsEvent(8, 2) });
  receive({ kind: 'connection', state: 'retrying' });
  receive({ kind: 'reset', seq: 0 });
  paint();
  expect(client.getQueryData(connectionQuery.queryKey)).toBe('retrying');
  expect(client.getQueryData(recentEventsQuery(ID).queryKey)).toBeUndefined();
  expect(client.getQueryState(runQuery(ID).queryKey)?.isInvalidated).toBe(true);
});
