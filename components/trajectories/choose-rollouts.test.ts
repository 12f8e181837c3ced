import { expect, test } from 'vitest';
import { chooseRollouts, moveOf } from './choose-rollouts';

const ROWS = [0, 0.25, 0.5, 0.75, 1, 1].map((reward, index) => ({ id: index + 10, reward, error: null }));

test('a bar of the histogram lists its own rollouts', () => {
  const { bins, shown } = chooseRollouts(ROWS, 4);
  expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(6);
  expect(shown.map(({ id }) => id)).toEqual([14, 15]);
});

test('a failed rollout is listed, but its 0 is no reward', () => {
  const failed = { id: 16, reward: 0, error: 'no dictionary' };
  const rows = [...ROWS, failed];
  const { bins, shown } = chooseRollouts(rows, null);
  expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(6);
  expect(shown).toContain(failed);
  expect(chooseRollouts(rows, 0).shown).not.toContain(failed);
});

test('a bar that the next step does not have hides nothing', () => {
  expect(chooseRollouts(ROWS, 99)).toMatchObject({ shown: ROWS });
});

test('keys go from rollout to rollout and from step to step, and stop at the ends', () => {
  const at = { rows: ROWS, selected: 14, steps: [0, 3, 7], step: 3 };
  expect(['j', 'k', 'h', 'l', 'x'].map((key) => moveOf(key, at))).toEqual([
    { to: 'rollout', id: 15 },
    { to: 'rollout', id: 13 },
    { to: 'step', step: 0 },
    { to: 'step', step: 7 },
    null,
  ]);
  expect(moveOf('j', { ...at, selected: 15 })).toBeNull();
  expect(moveOf('l', { ...at, step: 7 })).toBeNull();
});
