import { expect, test } from 'vitest';
import { RUN_PHASES } from '@/lib/domain/run';
import { activityWords, phaseSentence } from './run-words';

test('every phase makes a sentence about the run', () => {
  expect(RUN_PHASES.map((phase) => phaseSentence(phase))).toEqual([
    'The run is preparing.',
    'The run is in its warm start.',
    'The run is rolling out.',
    'The run is training.',
    'The run is syncing weights.',
    'The run is validating.',
    'The run is saving a checkpoint.',
    'The run is draining.',
    'The run is waiting for a service.',
  ]);
});

test('a paused run does nothing, whatever it did last', () => {
  expect(activityWords({ status: 'running', phase: 'checkpoint' })).toBe('saving a checkpoint');
  expect(activityWords({ status: 'paused', phase: 'checkpoint' })).toBeNull();
  expect(activityWords({ status: 'queued', phase: null })).toBeNull();
});
