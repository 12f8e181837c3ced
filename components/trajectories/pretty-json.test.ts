import { expect, test } from 'vitest';
import { prettyJson } from './pretty-json';

test('objects get lines, short ones share one', () => {
  expect(prettyJson('[{"a":1,"b":"x"},{"a":2,"b":"y"}]')).toBe(
    '[\n  { "a": 1, "b": "x" },\n  { "a": 2, "b": "y" }\n]',
  );
});

test.each(['plain', '[calc(e="1")]', '{"half": '])('%j stays as it is', (text) => {
  expect(prettyJson(text)).toBe(text);
});
