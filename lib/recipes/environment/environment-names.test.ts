import { expect, test } from 'vitest';
import { environmentNames } from './environment-names';

test('names of variables are found in every form of the resolver, once', () => {
  const files = {
    'a.yaml': 'a: ${oc.env:B}\nb: "${ oc.env:A,default }/${oc.env:B}"',
    'c.yaml': 'c: ${other:D}',
  };
  expect(environmentNames(files, {})).toEqual(['A', 'B']);
});

test('what a script reads is named too', () => {
  expect(environmentNames({}, { 'a.env.sh': 'export DATA="${ROOT:-/tmp}/data"\n' })).toEqual(['ROOT']);
});
