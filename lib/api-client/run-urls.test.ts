import { expect, test } from 'vitest';
import { ChartView, compareHref, CompareView, RolloutView, runHref, RunsView, smoothingOf } from './run-urls';

const EMPTY = {
  metric: '',
  smooth: '0.6',
  from: null,
  to: null,
  axis: 'step',
  by: '',
  a: '',
  b: '',
  basis: 'held-out',
  ignore: [],
  prompt: '',
  rehearsals: '',
};

test('addresses read back as what they were made from', () => {
  const href = compareHref([3, 1], { metric: 'val/exact_match', from: 4, to: null });
  expect(href).toBe('/compare?runs=3,1&metric=val%2Fexact_match&from=4');
  const view = CompareView.parse(Object.fromEntries(new URL(href, 'http://x').searchParams));
  expect(view).toEqual({ ...EMPTY, runs: [3, 1], metric: 'val/exact_match', from: 4 });
});

test('what makes no sense reads as absent, so that an old link still opens', () => {
  expect(CompareView.parse({ runs: '2,x,-1,2,0,7', from: 'abc', to: '-3', smooth: '9' })).toEqual({
    ...EMPTY,
    runs: [2, 7],
  });
  expect(RolloutView.parse({ step: '', set: 'both', sort: 'x' })).toMatchObject({
    set: 'train',
    sort: 'order',
  });
  expect(RunsView.parse({ status: 'running,gone,lost', columns: 'a,,b,a' })).toEqual({
    q: '',
    status: ['running', 'lost'],
    sort: '-run',
    columns: ['a', 'b'],
    group: '',
  });
});

test('another run is put beside the others without losing the view', () => {
  const view = CompareView.parse({
    runs: '1',
    axis: 'tokens',
    by: 'data.seed',
    ignore: 'a.b,c',
    basis: 'curve',
  });
  const href = compareHref([1, 2], view);
  expect(CompareView.parse(Object.fromEntries(new URL(href, 'http://x').searchParams))).toEqual({
    ...view,
    runs: [1, 2],
  });
  expect(compareHref([1], CompareView.parse({}))).toBe('/compare?runs=1');
});

test('step 0 is a step', () => {
  expect(RolloutView.parse({ step: '0' }).step).toBe(0);
  expect(ChartView.parse({ from: '0' }).from).toBe(0);
  expect(RolloutView.parse({ step: '' }).step).toBeNull();
});

test('tabs have addresses of their own', () => {
  expect(runHref(4)).toBe('/runs/4');
  expect(runHref(4, 'rollouts', { step: 0, set: null })).toBe('/runs/4/rollouts?step=0');
});

test('smoothing is named in few characters', () => {
  expect(['0', '0.8', 'r9'].map(smoothingOf)).toEqual([
    { kind: 'none' },
    { kind: 'ema', weight: 0.8 },
    { kind: 'rolling', window: 9 },
  ]);
});
