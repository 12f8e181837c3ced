import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { newBudget } from './budget';
import { compose } from './compose';
import type { ConfigValue } from './config-value';
import { applyEdits } from './edits/apply-edits';
import { setValue } from './edits/edit-layer';
import { canonical, encodeValue } from './conformance/value-code';
import { parseLayer } from './layers/parse-layer';
import { buildNodes } from './nodes/build-nodes';
import { valueOf } from './nodes/config-node';
import { plainValue } from './plain-value';
import { checkRecipe } from './validate';

// hundreds of random recipes each; a busy machine may take its time
vi.setConfig({ testTimeout: 120_000 });

/** A tree of maps, as a layer writes it; few names, so that layers meet. */
type Tree = { readonly [name: string]: Tree | string };

const NAMES = ['a', 'b', 'c', 'data', '__proto__', 'x-y'] as const;
const SCALARS = [
  '1',
  '1.0',
  'true',
  'null',
  '~',
  '"1"',
  "'a b'",
  'plain',
  '[1, two]',
  '{}',
  '1e3',
  '"#no"',
  '-7',
];
const { tree } = fc.letrec<{ tree: Tree; value: Tree | string }>((tie) => ({
  tree: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), tie('value')), {
      selector: ([name]) => name,
      maxLength: 4,
    })
    .map((entries) => Object.fromEntries(entries)),
  value: fc.oneof({ maxDepth: 3, depthSize: 'small' }, fc.constantFrom(...SCALARS), tie('tree')),
}));

function yamlOf(of: Tree, indent = ''): string {
  const entries = Object.entries(of);
  if (entries.length === 0) return `${indent}{}\n`;
  return entries
    .map(([name, value]) =>
      typeof value === 'string'
        ? `${indent}${name}: ${value} # of ${name}\n`
        : `${indent}${name}: # within ${name}\n${yamlOf(value, `${indent}  `)}`,
    )
    .join('');
}

function composed(layers: readonly string[]): ReturnType<typeof compose> {
  const files = Object.fromEntries(layers.map((text, at) => [`l${at}.yaml`, text]));
  const names = layers.map((_, at) => `l${at}`);
  return compose({
    files: { ...files, 'main.yaml': `defaults: [${[...names, '_self_'].join(', ')}]\n` },
    entry: 'main.yaml',
    env: {},
  });
}

const codeOf = (value: ConfigValue | null) => (value === null ? 'nothing' : canonical(encodeValue(value)));

function leavesOf(value: ConfigValue, path = ''): readonly (readonly [string, ConfigValue])[] {
  if (value.kind === 'list') return value.items.flatMap((item, at) => leavesOf(item, `${path}[${at}]`));
  if (value.kind !== 'map') return [[path, value]];
  return value.entries.flatMap(([key, item]) =>
    key.kind === 'string' ? leavesOf(item, path === '' ? key.value : `${path}.${key.value}`) : [],
  );
}

function parsed(text: string): ConfigValue | null {
  const layer = parseLayer(text);
  return layer.ok && layer.root !== null ? valueOf(buildNodes(layer.root, '', newBudget())) : null;
}

/** No scalar or list meets a map: a map that replaces a value forgets what the value had replaced. */
const scalarsEverywhere = (of: Tree): boolean =>
  Object.values(of).every((value) => (typeof value === 'string' ? value !== '{}' : scalarsEverywhere(value)));

type Shape = readonly [path: string, shape: 'map' | 'value'];

function shapesOf(of: Tree, path = ''): readonly Shape[] {
  return Object.entries(of).flatMap(([name, value]): readonly Shape[] => {
    const at = `${path}.${name}`;
    return typeof value === 'string' ? [[at, 'value']] : [[at, 'map'], ...shapesOf(value, at)];
  });
}

function agree(trees: readonly Tree[]): boolean {
  const seen = new Map<string, 'map' | 'value'>();
  for (const [path, shape] of trees.flatMap((of) => shapesOf(of))) {
    if ((seen.get(path) ?? shape) !== shape) return false;
    seen.set(path, shape);
  }
  return true;
}

describe('merging', () => {
  test('is associative where layers agree on what is a map', () => {
    let asked = 0;
    fc.assert(
      fc.property(tree, tree, tree, (a, b, c) => {
        fc.pre(agree([a, b, c]) && [a, b, c].every(scalarsEverywhere));
        asked += 1;
        const [first, second, third] = [yamlOf(a), yamlOf(b), yamlOf(c)];
        const all = codeOf(composed([first, second, third]).resolved);
        const files = { 'a.yaml': first, 'b.yaml': second, 'c.yaml': third };
        const right = {
          ...files,
          'bc.yaml': 'defaults: [b, c, _self_]\n',
          'main.yaml': 'defaults: [a, bc, _self_]\n',
        };
        const left = {
          ...files,
          'ab.yaml': 'defaults: [a, b, _self_]\n',
          'main.yaml': 'defaults: [ab, c, _self_]\n',
        };
        for (const grouped of [left, right]) {
          expect(codeOf(compose({ files: grouped, entry: 'main.yaml', env: {} }).resolved)).toBe(all);
        }
      }),
      { numRuns: 300 },
    );
    expect(asked).toBe(300);
  });

  test('a layer merged with itself, or with an empty one, changes nothing', () => {
    fc.assert(
      fc.property(tree, (of) => {
        const text = yamlOf(of);
        const alone = codeOf(composed([text]).resolved);
        expect(codeOf(composed([text, text]).resolved)).toBe(alone);
        expect(codeOf(composed(['{}\n', text]).resolved)).toBe(alone);
        expect(codeOf(composed([text, '{}\n']).resolved)).toBe(alone);
      }),
      { numRuns: 300 },
    );
  });
});

describe('provenance of random layers', () => {
  test('the text at a leaf’s source is the leaf’s value, and what it beat lies in earlier layers', () => {
    let seen = 0;
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 4 }), (trees) => {
        const texts = trees.map((of) => yamlOf(of));
        const { resolved, provenance } = composed(texts);
        for (const [path, value] of resolved === null ? [] : leavesOf(resolved)) {
          const place = provenance.get(path);
          if (place?.source == null) throw new Error(`${path} has no source`);
          seen += 1;
          const { file, start, end } = place.source;
          const text = texts[Number(/\d+/.exec(file)?.[0])] ?? '';
          expect(codeOf(parsed(text.slice(start, end)))).toBe(codeOf(value));
          for (const beaten of place.beaten) expect(beaten.file < file).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
    expect(seen).toBeGreaterThan(300);
  });
});

describe('edits of random layers', () => {
  test('what is set is read back, nothing else changes, and every comment stays in its order', () => {
    const edit = fc.record({
      of: tree,
      path: fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }),
      source: fc.constantFrom(...SCALARS),
    });
    let done = 0;
    fc.assert(
      fc.property(edit, ({ of, path, source }) => {
        const text = yamlOf(of);
        const edits = setValue({ file: 'l.yaml', text }, path, source);
        if (edits.length === 0) return;
        done += 1;
        const after = applyEdits(text, edits);
        const [before, now] = [leaves(text), leaves(after)];
        const at = path.join('.');
        expect(codeOf(valueAt(after, path))).toBe(codeOf(parsed(source) ?? { kind: 'null' }));
        const isApart = ([name]: readonly [string, ConfigValue]) =>
          name !== at &&
          !name.startsWith(`${at}.`) &&
          !name.startsWith(`${at}[`) &&
          !at.startsWith(`${name}.`);
        expect(now.filter(isApart).map(coded)).toEqual(before.filter(isApart).map(coded));
        // a section that gives way to a value takes the comments inside along
        const inside = after.split('\n').length < text.split('\n').length;
        if (!inside) expect(commentsOf(after)).toEqual(commentsOf(text));
        else expect(commentsOf(text).join('\n')).toContain(commentsOf(after)[0] ?? '');
      }),
      { numRuns: 400 },
    );
    expect(done).toBeGreaterThan(200);
  });
});

const coded = ([path, value]: readonly [string, ConfigValue]) => `${path} ${codeOf(value)}`;
const commentsOf = (text: string) => text.match(/# (?:of|within) [\w-]+/g) ?? [];

function leaves(text: string): readonly (readonly [string, ConfigValue])[] {
  const value = parsed(text);
  return value === null ? [] : leavesOf(value);
}

function valueAt(text: string, path: readonly string[]): ConfigValue | null {
  return path.reduce<ConfigValue | null>((value, name) => {
    if (value?.kind !== 'map') return null;
    return value.entries.find(([key]) => key.kind === 'string' && key.value === name)?.[1] ?? null;
  }, parsed(text));
}

test('the checks answer any layers, and never throw', () => {
  const words = [
    'service',
    'train_service',
    'main',
    'backend',
    'http',
    'actor',
    'data',
    'trainer',
    'model_tag',
  ];
  const odd = fc.dictionary(fc.constantFrom(...words), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 });
  const nested = fc.dictionary(fc.constantFrom(...words, 'resource', 'train', 'inference_service'), odd, {
    maxKeys: 5,
  });
  fc.assert(
    fc.property(nested, (value) => {
      const files = { 'r/x.yaml': asLayer(value) };
      const result = compose({ files, entry: 'r/x.yaml', env: {} });
      const { diagnostics } = checkRecipe(result, { files, entry: 'r/x.yaml' });
      if (result.resolved !== null) expect(plainValue(result.resolved)).toBeDefined();
      for (const { message } of diagnostics) expect(message).not.toBe('');
    }),
    { numRuns: 300 },
  );
});

/** JSON is YAML, key by key. */
function asLayer(value: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(value).map(([key, item]) => `${key}: ${JSON.stringify(item)}\n`);
  return `defaults: [_self_]\n${lines.join('')}`;
}
