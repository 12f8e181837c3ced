import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { compose } from '@/lib/recipes/compose';
import { plainValue } from '@/lib/recipes/plain-value';
import { formatLayer } from './format-layer';
import { outlineOf } from './outline';

const UNEVEN = `# What the layer is for.
# @package _global_

defaults:
- common
-   _self_


data:
    # the seed
    seed:    42   # of everything
    files:
    - "a.parquet"
    -  'b.parquet'
    #
    note:   |
        kept
          as it is

    flow: {a:   1,
      b: [1,2]}
    text: "goes
      on"
other:
  list:
      - name: x
        value:   1
      -   name: y
          value: 2
  # a last word
`;

const EVEN = `# What the layer is for.
# @package _global_

defaults:
  - common
  - _self_

data:
  # the seed
  seed: 42   # of everything
  files:
    - "a.parquet"
    - 'b.parquet'
  #
  note: |
      kept
        as it is

  flow: {a:   1,
    b: [1,2]}
  text: "goes
    on"
other:
  list:
    - name: x
      value: 1
    - name: y
      value: 2
  # a last word
`;

describe('formatLayer', () => {
  test('evens out indentation and spacing, and keeps comments, order and quotes', () => {
    expect(formatLayer(UNEVEN)).toBe(EVEN);
    expect(formatLayer(EVEN)).toBe(EVEN);
  });

  test('leaves alone what does not parse', () => {
    for (const text of ['a: [', 'a: 1\n b: 2\n', 'a: "x\n', 'a:\tb\n']) expect(formatLayer(text)).toBe(text);
  });

  test('keeps the recipes that ship as they are', () => {
    for (const file of readdirSync('recipes', { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.yaml')) continue;
      const text = readFileSync(path.join('recipes', file), 'utf8');
      expect(formatLayer(text), file).toBe(text);
    }
  });

  test('never changes what composition gives', () => {
    fc.assert(
      fc.property(layerText(), (text) => {
        const formatted = formatLayer(text);
        expect(composedOf(formatted)).toEqual(composedOf(text));
        expect(formatLayer(formatted)).toBe(formatted);
        expect(commentsOf(formatted)).toEqual(commentsOf(text));
        if (composedOf(text) !== null) expect(unevenKeys(formatted)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

function composedOf(text: string): unknown {
  const { composed } = compose({ files: { 'a.yaml': text }, entry: 'a.yaml', env: {} });
  return composed === null ? null : JSON.stringify(plainValue(composed));
}

function commentsOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => /^\s*(#.*)$/.exec(line)?.[1]?.trimEnd() ?? []);
}

/** Keys that do not stand two spaces further in than what they belong to. */
function unevenKeys(text: string): readonly string[] {
  return outlineOf(text)
    .filter(({ column, isFlow, path: steps }) => !isFlow && column !== 2 * (steps.length - 1))
    .map(({ path: steps }) => steps.join('.'));
}

/** Layers with uneven indentation, comments, block texts and lists. */
function layerText(): fc.Arbitrary<string> {
  const scalar = fc.constantFrom(
    '1',
    '"two"',
    "'three'",
    '4.0',
    'null',
    '${a.b}',
    '{x: 1,  y: [2]}',
    'plain words',
    '"# no comment"',
  );
  const gap = fc.constantFrom(' ', '  ', '    ');
  const remark = fc.constantFrom('', '', '  # why', ' # because');
  const { block } = fc.letrec<{ block: readonly string[] }>((tie) => ({
    block: fc
      .array(
        fc.oneof(
          {
            weight: 4,
            arbitrary: fc
              .tuple(gap, scalar, remark)
              .map(([blank, value, note]) => [`KEY:${blank}${value}${note}`]),
          },
          fc.constantFrom(
            ['# a comment'],
            ['', ''],
            ['KEY:'],
            ['KEY: |', '    text', '      more', ''],
            ['KEY: >-', '  folded', '  text'],
          ),
          fc
            .tuple(tie('block'), fc.integer({ min: 1, max: 4 }))
            .map(([inner, depth]) => ['KEY:', ...indented(inner, depth)]),
          fc
            .tuple(
              fc.array(fc.tuple(gap, scalar), { minLength: 1, maxLength: 3 }),
              fc.integer({ min: 0, max: 4 }),
            )
            .map(([items, depth]) => [
              'KEY:',
              ...indented(
                items.map(([blank, value]) => `-${blank}${value}`),
                depth,
              ),
            ]),
          fc
            .tuple(tie('block'), fc.integer({ min: 0, max: 3 }))
            .map(([inner, depth]) => ['KEY:', ...indented(listOf(inner), depth)]),
        ),
        { minLength: 1, maxLength: 5 },
      )
      .map((parts) => parts.flat()),
  }));
  return block.map((lines) => {
    let count = 0;
    return lines.map((line) => line.replace('KEY', () => `key_${(count += 1)}`)).join('\n') + '\n';
  });
}

function indented(lines: readonly string[], depth: number): readonly string[] {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(depth) + line));
}

/** A block as the first item of a list. */
function listOf(lines: readonly string[]): readonly string[] {
  return lines.map((line, at) => (line === '' ? '' : `${at === 0 ? '- ' : '  '}${line}`));
}
