import { expect, test } from 'vitest';
import { compose } from '@/lib/recipes/compose';
import { type LiveRow, packRows, type SentRows, unpackRows } from './packed-rows';
import { type ResolvedRow, resolvedRows } from './resolved-rows';

function rowsOf(common: string): readonly ResolvedRow[] {
  const files = {
    'r/common.yaml': common,
    'r/embedded.yaml': 'defaults: [common, _self_]\ndata: {seed: 2}\nempty: {}\n',
  };
  const { resolved, provenance } = compose({
    files,
    entry: 'r/embedded.yaml',
    env: {},
    overrides: ['+x=1'],
  });
  return resolved === null ? [] : resolvedRows(resolved, provenance);
}

test('rows arrive as they left, over any sequence of texts, and unchanged ones do not travel', () => {
  const texts = [
    'data:\n  seed: 1\n  n: 3\n  copy: ${data.seed}\nlist: [1, 2]\n',
    '# a comment moves every place\ndata:\n  seed: 1\n  n: 3\n  copy: ${data.seed}\nlist: [1, 2]\n',
    'data:\n  seed: 1\n  n: 4\n  copy: ${data.seed}\nlist: [1, 2]\n',
    'data:\n  seed: 1\nlist: [1, 2, 3]\n',
    'data:\n  seed: 1\n',
    'data:\n  seed: 1\n  n: 3\n  copy: ${data.seed}\nlist: [1, 2]\n',
  ];
  let sent: SentRows = [];
  let live: readonly LiveRow[] = [];
  const travelled = texts.map((text) => {
    const rows = rowsOf(text);
    const step = packRows(rows, sent);
    ({ sent } = step);
    live = unpackRows(structuredClone(step.packed), live);
    expect(live.map(plain)).toEqual(rows.map(plain));
    return step.packed.middle.length;
  });
  expect(travelled.slice(0, 3)).toEqual([9, 0, 1]);
});

function plain({ path, depth, label, kind, text, provenance }: ResolvedRow) {
  return { path, depth, label, kind, text, provenance };
}
