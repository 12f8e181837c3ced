import { expect, test } from 'vitest';
import { coverPair } from './cover-pair';

const text = (value: string, rest = 1) => `judge_api_key: ${value} # of the judge\nseed: ${rest}\n`;

test('neither side shows a secret, and equal ones look equal', () => {
  const [before, after] = coverPair('a.yaml', text('hunter2-hunter2'), text('hunter2-hunter2', 2));
  expect(before).toBe(text('••••••••'));
  expect(after).toBe(text('••••••••', 2));
});

test('a secret that has changed looks changed', () => {
  const [before, after] = coverPair('a.yaml', text('hunter2-hunter2'), text('hunter3-hunter3'));
  expect(`${before}${after}`).not.toContain('hunter');
  expect(after).not.toBe(before);
});
