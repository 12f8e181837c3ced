import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findPython } from '@/scripts/find-python.mjs';
import cases from './fixtures/difflib.json';
import { similarity } from './similarity';

const python = await findPython();
const Cases = z.array(z.tuple([z.string(), z.string(), z.number()]));

test('the ratio is that of Python’s SequenceMatcher, popular characters and all', () => {
  const wanted = Cases.parse(cases);
  expect(wanted.length).toBeGreaterThan(400);
  expect(wanted.filter(([one, other]) => one.length + other.length > 400).length).toBeGreaterThan(30);
  for (const [one, other, ratio] of wanted)
    expect([one, other, similarity(one, other)]).toEqual([one, other, ratio]);
});

test.skipIf(python === null)('so it is for texts that nobody chose', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', 'é', '😀'), maxLength: 40 });
  const long = fc.string({
    unit: fc.constantFrom(...Array.from('abcdefgh ')),
    minLength: 190,
    maxLength: 420,
  });
  const pairs = fc.sample(fc.oneof(fc.tuple(short, short), fc.tuple(long, long), fc.tuple(short, long)), 300);
  const script =
    'import json, sys\nfrom difflib import SequenceMatcher\nprint(json.dumps([SequenceMatcher(None, a, b).ratio() for a, b in json.load(sys.stdin)]))';
  const { stdout } = spawnSync(python ?? '', ['-c', script], {
    input: JSON.stringify(pairs),
    encoding: 'utf8',
  });
  const ratios = z.array(z.number()).parse(JSON.parse(stdout));
  expect(pairs.map(([one, other]) => similarity(one, other))).toEqual(ratios);
});
