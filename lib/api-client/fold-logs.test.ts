import { expect, test } from 'vitest';
import { RunId } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import { foldLogs, prependLogs } from './fold-logs';

function aLine(seq: number): RunEvent {
  const time = '2026-11-22T10:00:00.000Z';
  return {
    seq,
    runId: RunId.parse(1),
    attempt: 1,
    time,
    kind: 'log',
    level: 'info',
    source: 'x',
    message: 'm',
  };
}

function linesFrom(first: number, count: number): RunEvent[] {
  return Array.from({ length: count }, (_, index) => aLine(first + index));
}

test('a page that follows a run keeps its newest lines and says that there are older ones', () => {
  const { events, hasOlder } = foldLogs({ events: linesFrom(1, 1999), hasOlder: false }, linesFrom(2000, 2));
  expect([events.length, events[0]?.seq, hasOlder]).toEqual([2000, 2, true]);
});

test('older lines that a reader has loaded stay when new ones come', () => {
  const page = prependLogs(
    { events: linesFrom(501, 2000), hasOlder: true },
    { events: linesFrom(1, 500), hasOlder: false },
    501,
  );
  const { events } = foldLogs(page, [aLine(2501)]);
  expect([events.length, events[0]?.seq, events.at(-1)?.seq]).toEqual([2500, 2, 2501]);
});

test('older lines that arrive twice, or too late to join on, change nothing', () => {
  const older = { events: linesFrom(1, 500), hasOlder: false };
  const page = prependLogs({ events: linesFrom(501, 10), hasOlder: true }, older, 501);
  expect(prependLogs(page, older, 501)).toBe(page);
  const later = { events: linesFrom(503, 10), hasOlder: true };
  expect(prependLogs(later, older, 501)).toBe(later);
});
