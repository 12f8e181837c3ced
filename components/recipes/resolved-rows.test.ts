import { describe, expect, test } from 'vitest';
import type { Provenance } from '@/lib/recipes/compose';
import type { ConfigValue } from '@/lib/recipes/config-value';
import { overriddenRanges, overriddenText } from './overridden-ranges';
import { backendTitle, planFacts } from './plan-facts';
import { filterRows, findRow, resolvedRows } from './resolved-rows';
import { originOf } from './row-origin';

const key = (value: string) => ({ kind: 'string', value }) as const;
const map = (entries: Readonly<Record<string, ConfigValue>>): ConfigValue => ({
  kind: 'map',
  entries: Object.entries(entries).map(([name, value]) => [key(name), value] as const),
});
const FILES = {
  'spell/common.yaml': 'data:\n  seed: 1\n  files: [a, b]\n',
  'spell/embedded.yaml': 'data:\n  seed: 2\n',
};
const at = (file: keyof typeof FILES, text: string) => {
  const start = FILES[file].indexOf(text);
  return { file, start, end: start + text.length };
};
const from = (partial: Partial<Provenance>): Provenance => ({
  source: null,
  beaten: [],
  chain: [],
  ...partial,
});
const PROVENANCE = new Map<string, Provenance>([
  [
    'data.seed',
    from({ source: at('spell/embedded.yaml', 'seed: 2'), beaten: [at('spell/common.yaml', 'seed: 1')] }),
  ],
  ['data.files[0]', from({ source: at('spell/common.yaml', '[a'), chain: ['env:DATA'] })],
  ['data.files[1]', from({ override: 0 })],
]);
const ROWS = resolvedRows(
  map({
    data: map({
      seed: { kind: 'int', value: 2n },
      files: {
        kind: 'list',
        items: [
          { kind: 'string', value: 'x' },
          { kind: 'float', value: 1 },
        ],
      },
      key: { kind: 'secret', name: 'API_KEY' },
      none: map({}),
    }),
  }),
  PROVENANCE,
);
const rowAt = (path: string) => {
  const row = ROWS.find((found) => found.path === path);
  if (row === undefined) throw new Error(`no row ${path}`);
  return row;
};

describe('rows', () => {
  test('every value is a line in document order, sections lead to theirs', () => {
    expect(ROWS.map(({ path, depth, text }) => [path, depth, text])).toEqual([
      ['data', 0, ''],
      ['data.seed', 1, '2'],
      ['data.files', 1, ''],
      ['data.files[0]', 2, '"x"'],
      ['data.files[1]', 2, '1.0'],
      ['data.key', 1, '•••• set'],
      ['data.none', 1, '{}'],
    ]);
  });

  test('a filter keeps hits and the sections above them', () => {
    expect(filterRows(ROWS, 'FILES x').map(({ path }) => path)).toEqual([
      'data',
      'data.files',
      'data.files[0]',
    ]);
    expect(filterRows(ROWS, ' ')).toBe(ROWS);
    expect(filterRows(ROWS, 'nothing')).toEqual([]);
  });

  test('a key is found by its own row, or by what is nearest', () => {
    expect(findRow(ROWS, 'data.seed')?.path).toBe('data.seed');
    expect(findRow(ROWS, 'data.files')?.path).toBe('data.files[0]');
    expect(findRow(ROWS, 'data.missing.key')?.path).toBe('data.seed');
    expect(findRow(ROWS, 'other')).toBeUndefined();
  });
});

describe('origins', () => {
  test('a value carries its layer, and in words its line and what it overrides', () => {
    expect(originOf(rowAt('data.seed'), FILES)).toMatchObject({
      letter: 'E',
      label: 'set in embedded.yaml:2; overrides common.yaml:2',
    });
  });

  test('a value from the environment or from an override says so', () => {
    expect(originOf(rowAt('data.files[0]'), FILES)).toMatchObject({
      letter: 'env',
      label: "set in common.yaml:3, through the environment's DATA",
    });
    expect(originOf(rowAt('data.files[1]'), FILES)).toMatchObject({
      letter: 'set',
      label: 'set by override 1',
      source: null,
    });
    expect(originOf(rowAt('data'), FILES)).toBeNull();
  });
});

test('the loser is dimmed in its file', () => {
  const dimmed = overriddenRanges(ROWS, 'spell/common.yaml');
  expect(dimmed).toMatchObject([span('spell/common.yaml', 'seed: 1')]);
  expect(dimmed.map((range) => overriddenText(range, FILES))).toEqual(['overridden by embedded.yaml:2']);
  expect(overriddenRanges(ROWS, 'spell/embedded.yaml')).toEqual([]);
});

function span(file: keyof typeof FILES, text: string): { start: number; end: number } {
  const { start, end } = at(file, text);
  return { start, end };
}

test('the plan reads steps, seed and backend from the resolved values; what is absent is a dash', () => {
  const rows = resolvedRows(
    map({
      data: map({ seed: { kind: 'int', value: 7n } }),
      service: map({ inference_service: map({ backend: { kind: 'string', value: 'sglang' } }) }),
    }),
    new Map(),
  );
  expect(planFacts(rows)).toContainEqual({ name: 'Seed', value: '7' });
  expect(planFacts(rows)).toContainEqual({ name: 'Steps', value: '—' });
  expect(backendTitle(rows)).toBe('self-hosted');
  expect(backendTitle([])).toBeNull();
});
