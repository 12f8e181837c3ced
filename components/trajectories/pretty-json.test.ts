import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prettyJson } from './pretty-json';

test('objects get lines, short ones share one', () => {
  expect(prettyJson('[{"a":1,"b":"x"},{"a":2,"b":"y"}]')).toBe(
    '[\n  { "a": 1, "b": "x" },\n  { "a": 2, "b": "y" }\n]',
  );
  expect(prettyJson(' {"a": [], "b":{ } , "c": "[{"}')).toBe('{\n  "a": [],\n  "b": {},\n  "c": "[{"\n}');
});

test.each(['plain', '[calc(e="1")]', '{"half": '])('%j stays as it is', (text) => {
  expect(prettyJson(text)).toBe(text);
});

test('numbers keep the digits that were written', () => {
  expect(prettyJson('{"id":12345678901234567890,"x":1.0,"e":1e400}')).toBe(
    '{\n  "id": 12345678901234567890,\n  "x": 1.0,\n  "e": 1e400\n}',
  );
});

test('any JSON stays the same JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(prettyJson(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
