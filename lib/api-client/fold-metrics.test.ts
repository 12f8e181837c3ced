import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RunId } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import { foldMetrics, type MetricsData } from './fold-metrics';
import type { SeriesRange } from './wire';

const RUN = RunId.parse(1);
const QUESTION = { keys: ['reward', 'loss'], from: null, to: null, width: 100 };
const EMPTY: MetricsData = { question: QUESTION, seq: 0, series: [], isStale: false };
const base = (seq: number) => ({ seq, runId: RUN, attempt: 1, time: '2026-11-22T10:00:00.000Z' });

function metrics(seq: number, step: number, values: Record<string, number>): RunEvent {
  return { ...base(seq), kind: 'metrics', step, values };
}

function row(
  key: string,
  points: readonly (readonly [step: number, value: number])[],
  count = 1,
): SeriesRange {
  const values = points.map(([, value]) => value);
  return {
    key,
    level: count > 1 ? 1 : 0,
    step: points.map(([step]) => step),
    time: points.map(() => 0),
    min: values,
    max: values,
    mean: values,
    last: values,
    count: points.map(() => count),
  };
}

const pointsOf = (data: MetricsData, key: string) => {
  const series = data.series.find((one) => one.key === key);
  return series?.step.map((step, index) => [step, series.mean[index]]);
};

describe('foldMetrics', () => {
  test('appends new points, and opens series that were not there', () => {
    const data = { ...EMPTY, seq: 5, series: [row('reward', [[0, 0.1]])] };
    const after = foldMetrics(data, [metrics(6, 1, { reward: 0.2, loss: NaN, other: 1 })]);
    expect(pointsOf(after, 'reward')).toEqual([
      [0, 0.1],
      [1, 0.2],
    ]);
    expect(pointsOf(after, 'loss')).toEqual([[1, NaN]]);
    expect(pointsOf(after, 'other')).toBeUndefined();
    expect(after.seq).toBe(6);
  });

  test('replays change nothing, however often and in whatever pieces they come', () => {
    const events = Array.from({ length: 20 }, (_, index) =>
      metrics(index + 1, index, { reward: index / 20 }),
    );
    const whole = foldMetrics(EMPTY, events);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(19), fc.nat(20)), { maxLength: 8 }), (pieces) => {
        // A reconnect replays from some place on, up to some place; in the end everything has come.
        let data = EMPTY;
        let seen = 0;
        for (const [start, length] of [...pieces, [0, 20] as const]) {
          const from = Math.min(start, seen);
          data = foldMetrics(data, events.slice(from, from + length));
          seen = Math.max(seen, from + length);
        }
        expect(data).toEqual(whole);
        expect(foldMetrics(EMPTY, [...events.slice(0, seen), ...events])).toEqual(whole);
      }),
    );
  });

  test('the same data object comes back when nothing is new, so that nothing is drawn again', () => {
    const data = { ...EMPTY, seq: 9 };
    expect(foldMetrics(data, [metrics(9, 3, { reward: 1 })])).toBe(data);
  });

  test('a later attempt drops the stale tail of the one before', () => {
    const data = {
      ...EMPTY,
      seq: 5,
      series: [
        row('reward', [
          [0, 1],
          [1, 2],
          [2, 3],
        ]),
      ],
    };
    const after = foldMetrics(data, [metrics(6, 1, { reward: 9 })]);
    expect(pointsOf(after, 'reward')).toEqual([
      [0, 1],
      [1, 9],
    ]);
    expect(after.isStale).toBe(false);
  });

  test('a tail that was summed up with current points has to be read again', () => {
    const data = {
      ...EMPTY,
      seq: 5,
      series: [
        row(
          'reward',
          [
            [15, 1],
            [31, 2],
          ],
          16,
        ),
      ],
    };
    expect(foldMetrics(data, [metrics(6, 20, { reward: 9 })]).isStale).toBe(true);
  });

  test('sealed values and a new attempt have to be read again', () => {
    const sealed: RunEvent = { ...base(1), kind: 'sealed', step: 3 };
    const restart: RunEvent = { ...base(2), kind: 'status', status: 'starting', phase: null, reason: null };
    expect([foldMetrics(EMPTY, [sealed]).isStale, foldMetrics(EMPTY, [restart]).isStale]).toEqual([
      true,
      true,
    ]);
  });

  test('what lies outside the range that is looked at stays outside', () => {
    const data = { ...EMPTY, question: { ...QUESTION, from: 10, to: 20 } };
    const after = foldMetrics(data, [
      metrics(1, 9, { reward: 1 }),
      metrics(2, 15, { reward: 2 }),
      metrics(3, 21, { reward: 3 }),
    ]);
    expect(pointsOf(after, 'reward')).toEqual([[15, 2]]);
  });

  test('far more points than pixels are asked for again, thinned', () => {
    const events = Array.from({ length: 401 }, (_, index) => metrics(index + 1, index, { reward: 0 }));
    expect(foldMetrics(EMPTY, events.slice(0, 400)).isStale).toBe(false);
    expect(foldMetrics(EMPTY, events).isStale).toBe(true);
  });
});
