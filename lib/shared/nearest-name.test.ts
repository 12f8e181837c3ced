import { expect, test } from 'vitest';
import { nearestName } from './nearest-name';

test('a slip of the finger finds the name that was meant', () => {
  expect(nearestName('promt', ['answer', 'prompt', 'index'])).toBe('prompt');
  expect(nearestName('Question', ['questions', 'id'])).toBe('questions');
});

test('nothing close is nothing', () => {
  expect(nearestName('prompt', ['id', 'label'])).toBeNull();
  expect(nearestName('prompt', [])).toBeNull();
});
