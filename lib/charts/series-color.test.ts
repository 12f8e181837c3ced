import { expect, test } from 'vitest';
import { colorOf, styleRuns } from './series-color';

test('backends have the colours of the house', () => {
  expect(['self_hosted', 'tinker', 'weaver', 'embedded'].map(colorOf)).toEqual([
    'self-hosted',
    'tinker',
    'weaver',
    'embedded',
  ]);
});

test('runs on different backends wear the colours of their backends', () => {
  const styles = styleRuns([
    { id: 4, backend: 'tinker' },
    { id: 9, backend: 'embedded' },
  ]);
  expect(styles.get(4)).toEqual({ color: 'tinker', dash: null });
  expect(styles.get(9)).toEqual({ color: 'embedded', dash: null });
});

test('a run keeps its colour when another joins', () => {
  const first = styleRuns([
    { id: 3, backend: 'embedded' },
    { id: 5, backend: 'embedded' },
  ]);
  const later = styleRuns([
    { id: 12, backend: 'embedded' },
    { id: 5, backend: 'embedded' },
    { id: 3, backend: 'embedded' },
  ]);
  expect([later.get(3), later.get(5)]).toEqual([first.get(3), first.get(5)]);
});

test('runs that share a hue differ in their dashes', () => {
  const styles = styleRuns([
    { id: 1, backend: 'embedded' },
    { id: 8, backend: 'embedded' },
  ]);
  expect(styles.get(1)?.color).toBe(styles.get(8)?.color);
  expect(styles.get(1)?.dash).not.toBe(styles.get(8)?.dash);
});
