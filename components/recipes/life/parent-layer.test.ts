import { expect, test } from 'vitest';
import { parentLayer, parentText } from './parent-layer';

test.each([
  ['defaults:\n  - common\n  - _self_\n\na: 1\n', 'defaults:\n  - common\n  - _self_\n'],
  ['a: 1\ndefaults: [common, _self_]\nb: 2\n', 'defaults: [common, _self_]\n'],
  ['a: 1\n', ''],
  ['defaults: [', ''],
])('%j builds upon %j', (text, parents) => {
  expect(parentText(text).trimEnd()).toBe(parents.trimEnd());
});

test('the stand-in lies beside the variant', () => {
  expect(parentLayer('r/embedded.yaml')).toBe('r/parents of embedded.yaml');
});
