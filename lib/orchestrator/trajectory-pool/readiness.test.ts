import { expect, test } from 'vitest';
import { readyCount } from './readiness';

test.each([
  { readiness: 'batch_size_reached', finished: 7, isLoadedFinished: true, count: 0 },
  { readiness: 'batch_size_reached', finished: 9, isLoadedFinished: false, count: 8 },
  { readiness: 'loaded_batch_finished', finished: 3, isLoadedFinished: false, count: 0 },
  { readiness: 'loaded_batch_finished', finished: 3, isLoadedFinished: true, count: 3 },
  { readiness: 'loaded_batch_finished', finished: 0, isLoadedFinished: true, count: 0 },
  {
    readiness: 'batch_size_reached_and_loaded_batch_finished',
    finished: 9,
    isLoadedFinished: false,
    count: 0,
  },
  {
    readiness: 'batch_size_reached_and_loaded_batch_finished',
    finished: 7,
    isLoadedFinished: true,
    count: 0,
  },
  {
    readiness: 'batch_size_reached_and_loaded_batch_finished',
    finished: 9,
    isLoadedFinished: true,
    count: 9,
  },
] as const)('$readiness with $finished of 8, all loaded finished: $isLoadedFinished → $count', (facts) => {
  expect(readyCount(facts.readiness, { ...facts, batchSize: 8 })).toBe(facts.count);
});
