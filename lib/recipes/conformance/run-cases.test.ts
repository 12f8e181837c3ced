import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { checkCase } from './check-case';
import type { GoldenCase } from './golden-case';
import { runCases } from './run-cases';

// hundreds of compositions each; a busy machine may take its time
vi.setConfig({ testTimeout: 120_000 });

const OWN = 'lib/recipes/fixtures/conformance';
const SHARED = '../shared/conformance/config';

function caseFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));
}

describe('golden cases made with the real Hydra and OmegaConf', () => {
  test.each([...caseFiles(OWN), ...caseFiles(SHARED)])('all of %s pass', (file) => {
    const { failures, passed } = runCases(readFileSync(file, 'utf8'));
    expect(failures).toEqual([]);
    expect(passed).toBeGreaterThan(0);
  });
});

describe('the checker itself', () => {
  const golden: GoldenCase = {
    name: 'one',
    files: { 'config.yaml': 'a: 1\nb: ${a}\n' },
    config: 'config',
    env: {},
    overrides: [],
    expect: { composed: { a: 1, b: '${a}' }, resolved: { a: 1, b: 1 } },
  };
  const broken: GoldenCase = { ...golden, files: { 'config.yaml': 'a: ${nope}\n' } };
  const error = { class: 'interp_key', phase: 'resolve', key: 'a' } as const;

  test('accepts equal values', () => {
    expect(checkCase(golden)).toBeNull();
  });

  test.each([
    ['another value', { composed: { a: 1, b: '${a}' }, resolved: { a: 1, b: 2 } }],
    ['another key order', { composed: { b: '${a}', a: 1 }, resolved: { a: 1, b: 1 } }],
    ['a float for an integer', { composed: { a: { $float: '1.0' }, b: '${a}' }, resolved: { a: 1, b: 1 } }],
    ['an error', { error }],
  ])('notices when %s was expected', (_, expect_) => {
    expect(checkCase({ ...golden, expect: expect_ })).not.toBeNull();
  });

  test('accepts the expected error and notices another class, phase or key', () => {
    expect(checkCase({ ...broken, expect: { error } })).toBeNull();
    expect(checkCase({ ...broken, expect: { error: { ...error, class: 'env_unset' } } })).not.toBeNull();
    expect(checkCase({ ...broken, expect: { error: { ...error, phase: 'compose' } } })).not.toBeNull();
    expect(checkCase({ ...broken, expect: { error: { ...error, key: 'b' } } })).not.toBeNull();
  });

  test('accepts either outcome of a case with a quirk', () => {
    const wrong = { composed: {}, resolved: {} };
    expect(checkCase({ ...golden, expect: wrong, expect_without_quirk: golden.expect })).toBeNull();
    expect(checkCase({ ...golden, expect: wrong, expect_without_quirk: wrong })).not.toBeNull();
  });
});
