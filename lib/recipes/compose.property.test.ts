import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { compose } from './compose';
import type { ConfigValue } from './config-value';
import { type GoldenCase, readCases } from './conformance/golden-case';
import { canonical, encodeValue } from './conformance/value-code';
import { parseLayer } from './layers/parse-layer';
import { buildNodes } from './nodes/build-nodes';
import { valueOf } from './nodes/config-node';
import { newBudget } from './budget';

// a second or two of work each; a busy machine may take its time
vi.setConfig({ testTimeout: 120_000 });

const FOLDER = 'lib/recipes/fixtures/conformance';
const CASES: readonly GoldenCase[] = readdirSync(FOLDER).flatMap((name) =>
  readCases(readFileSync(join(FOLDER, name), 'utf8')),
);

const run = (golden: GoldenCase): ReturnType<typeof compose> =>
  compose({ files: golden.files, entry: golden.config, env: golden.env, overrides: golden.overrides });

/** The leaves of a value by path, in the notation of provenance. */
function leavesOf(value: ConfigValue, path = ''): readonly (readonly [string, ConfigValue])[] {
  if (value.kind === 'list') return value.items.flatMap((item, at) => leavesOf(item, `${path}[${at}]`));
  if (value.kind !== 'map') return [[path, value]];
  return value.entries.flatMap(([key, item]) =>
    key.kind === 'string' ? leavesOf(item, path === '' ? key.value : `${path}.${key.value}`) : [],
  );
}

function parsedText(text: string): string | null {
  const parsed = parseLayer(text);
  if (!parsed.ok || parsed.root === null) return parsed.ok ? canonical(null) : null;
  return canonical(encodeValue(valueOf(buildNodes(parsed.root, '', newBudget()))));
}

/** A document that is one string is read twice; its leaves stand inside that string. */
function isOneString(text: string): boolean {
  const parsed = parseLayer(text);
  return parsed.ok && parsed.root?.kind === 'scalar';
}

describe('provenance', () => {
  test('the text at a leaf’s source is the leaf’s value', () => {
    let seen = 0;
    const wrong: string[] = [];
    for (const golden of CASES) {
      if (Object.values(golden.files).some(isOneString)) continue;
      const { composed, provenance } = run(golden);
      for (const [path, value] of composed === null ? [] : leavesOf(composed)) {
        const source = provenance.get(path)?.source;
        if (!source) continue;
        seen += 1;
        const own = golden.files[source.file]?.slice(source.start, source.end) ?? '';
        // a block of text ends with its line
        const text = own.endsWith('\n') ? own : `${own}\n`;
        if (parsedText(text) !== canonical(encodeValue(value))) wrong.push(`${golden.name} ${path}: ${own}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(seen).toBeGreaterThan(2000);
  });

  test('every leaf of the resolved configuration has one', () => {
    const missing = CASES.flatMap((golden) => {
      const { provenance, resolved } = run(golden);
      const paths = resolved === null ? [] : leavesOf(resolved).map(([path]) => path);
      return paths.filter((path) => !provenance.has(path)).map((path) => `${golden.name} ${path}`);
    });
    expect(missing).toEqual([]);
  });
});

const PIECES = [
  ...Array.from('[]{},:?-&*!|>\'"#%@`~ \t\n\r$.\\=0179eE_+x<\u0000\u0085\uFEFF'),
  '${',
  '${a}',
  '${oc.env:X}',
  ': ',
  '\n- ',
  '<<: *a',
  '???',
  '_self_',
  '\uD83D',
];

type Mutation = { readonly at: number; readonly cut: number; readonly piece: string };
const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(10_000),
  cut: fc.nat(6),
  piece: fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 3 })),
});

function mutate(text: string, mutations: readonly Mutation[]): string {
  return mutations.reduce((before, { at, cut, piece }) => {
    const start = at % (before.length + 1);
    return before.slice(0, start) + piece + before.slice(start + cut);
  }, text);
}

describe('damaged recipes', () => {
  const damaged = fc.record({
    golden: fc.constantFrom(...CASES),
    file: fc.nat(20),
    mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }),
    override: fc.option(fc.tuple(fc.nat(20), fc.array(mutation, { maxLength: 2 })), { nil: null }),
  });

  test('give a configuration or an error, and never an exception', () => {
    fc.assert(
      fc.property(damaged, ({ file, golden, mutations, override }) => {
        const paths = Object.keys(golden.files);
        const path = paths[file % paths.length] ?? '';
        const files = { ...golden.files, [path]: mutate(golden.files[path] ?? '', mutations) };
        const overrides = golden.overrides.map((text, at) =>
          override !== null && override[0] % golden.overrides.length === at
            ? mutate(text, override[1])
            : text,
        );
        const result = run({ ...golden, files, overrides });
        const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
        expect(result.composed !== null || errors.length > 0).toBe(true);
        for (const { message, range } of errors) {
          expect(message).not.toBe('');
          const length = range === null ? 0 : (files[range.file]?.length ?? -1);
          if (range !== null)
            expect([range.start <= range.end, range.end <= length + 1]).toEqual([true, true]);
        }
      }),
      { numRuns: 600 },
    );
  });
});

describe('determinism', () => {
  test('composing twice gives the same, with and without remembered layers', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CASES), (golden) => {
        expect(run(golden)).toEqual(run(golden));
      }),
      { numRuns: 100 },
    );
  });
});
