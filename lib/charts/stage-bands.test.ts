import { expect, test } from 'vitest';
import { stageBands } from './stage-bands';

const STAGES = [
  { name: 'easy', from: 0, to: 40 },
  { name: 'hard', from: 40, to: 60 },
  { name: 'all', from: 60, to: 100 },
];

test('stages are bands from end to end, every second one shaded', () => {
  expect(stageBands(STAGES, [0, 99])).toEqual([
    { name: 'easy', from: 0, to: 40, isShaded: false },
    { name: 'hard', from: 40, to: 60, isShaded: true },
    { name: 'all', from: 60, to: 99, isShaded: false },
  ]);
});

test('a chart of some steps shows the stages that reach into them', () => {
  expect(stageBands(STAGES, [50, 70])).toEqual([
    { name: 'hard', from: 50, to: 60, isShaded: true },
    { name: 'all', from: 60, to: 70, isShaded: false },
  ]);
  expect(stageBands(STAGES, [0, 12])).toEqual([{ name: 'easy', from: 0, to: 12, isShaded: false }]);
});

test('a run of one stage has no bands', () => {
  expect(stageBands(STAGES.slice(0, 1), [0, 39])).toEqual([]);
});
