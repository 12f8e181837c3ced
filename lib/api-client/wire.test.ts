import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RunId } from '@/lib/domain/run';
import { decodeEvent, encodeEvent, MetricRanges, toWire, TrajectoryPage } from './wire';

const anyNumber = fc.double();

test('every number of a metrics event survives the wire, not-a-number and infinities too', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z/]{1,8}$/), anyNumber), (values) => {
      const event = {
        seq: 1,
        runId: RunId.parse(1),
        attempt: 1,
        time: '2026-11-22T10:00:00.000Z',
        kind: 'metrics',
        step: 0,
        values: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value + 0])),
      } as const;
      expect(decodeEvent(encodeEvent(event))).toEqual(event);
    }),
  );
});

test('ranges with gaps survive the wire', () => {
  const columns = { step: [0, 1], time: [5, 6], count: [1, 1] };
  const values = [NaN, -Infinity];
  const ranges = {
    seq: 4,
    series: [{ key: 'a', level: 0, ...columns, min: values, max: values, mean: values, last: values }],
  };
  expect(MetricRanges.parse(JSON.parse(JSON.stringify(toWire(ranges))))).toEqual(ranges);
});

test('a model that writes the word NaN has written a word', () => {
  const wire = toWire({ rows: [], total: 0, note: 'NaN' });
  expect(wire).toEqual({ rows: [], total: 0, note: 'NaN' });
  expect(TrajectoryPage.parse(wire)).toEqual({ rows: [], total: 0 });
});

test('what is no event is none', () => {
  expect([decodeEvent('{'), decodeEvent('{}'), decodeEvent('null')]).toEqual([null, null, null]);
});
