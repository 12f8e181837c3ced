import { expect, test } from 'vitest';
import { composePreview } from '../compose-preview';
import { comparePreviews } from './compared-rows';

const preview = (text: string) =>
  composePreview({ name: 'a', entry: 'r/a.yaml' }, { files: { 'r/a.yaml': text }, env: {}, scripts: {} });
const changes = (before: string, after: string) => comparePreviews(preview(before), preview(after)).changes;

test('values compare by meaning', () => {
  expect(changes('lr: 1e-4\nn: 1\nb: {x: 1, y: 2}', 'b: {y: 2, x: 1}\nn: 1.0\nlr: 0.0001')).toEqual([]);
  expect(changes('n: 1', 'n: "1"')).toEqual([{ path: 'n', before: '1', after: '"1"' }]);
  expect(changes('n: 9007199254740993', 'n: 9007199254740992')).toHaveLength(1);
});

test('changed, added and removed values, also those that follow through an interpolation', () => {
  expect(changes('a: 1\nb: ${a}\nc: 3', 'a: 2\nb: ${a}\nd: 4')).toEqual([
    { path: 'a', before: '1', after: '2' },
    { path: 'b', before: '1', after: '2' },
    { path: 'd', before: null, after: '4' },
    { path: 'c', before: '3', after: null },
  ]);
});

test('a text that does not compose is said, with its error', () => {
  const compared = comparePreviews(preview('a: 1'), preview('a: ['));
  expect(compared).toMatchObject({ unusable: 'after', changes: [] });
  expect(compared.newErrors.length).toBeGreaterThan(0);
});
