import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyEdits } from '@/lib/recipes/edits/apply-edits';
import { setValue } from '@/lib/recipes/edits/edit-layer';
import { layerLeaves } from './layer-leaves';
import { mergeTexts } from './merge-texts';
import { settleConflicts, type Side } from './settle-conflicts';

const base = '# shared\ndata:\n  seed: 1\n  n: 8 # group\ntrainer:\n  steps: 10\n  lr: 1e-4\n';
const values = (text: string) =>
  Object.fromEntries([...(layerLeaves(text) ?? [])].map(([, { path, value }]) => [path.join('.'), value]));

describe('keys', () => {
  const theirs = base
    .replace('seed: 1', 'seed: 2 # luckier')
    .replace('lr: 1e-4', 'lr: 2e-4')
    .replace('10', '20');
  const mine = base
    .replace('seed: 1', 'seed: 3')
    .replace('lr: 1e-4', 'lr: 3e-4')
    .replace('8 # group', '4 # group');

  test('each is decided by itself, and what only one side changed stays', () => {
    const { conflicts, settle } = settleConflicts('r/common.yaml', { base, theirs, mine });
    expect(conflicts).toEqual([
      { kind: 'key', name: 'data.seed', mine: '3', theirs: '2' },
      { kind: 'key', name: 'trainer.lr', mine: '3e-4', theirs: '2e-4' },
    ]);
    expect(settle(['theirs', 'mine'])).toBe(
      '# shared\ndata:\n  seed: 2 # luckier\n  n: 4 # group\ntrainer:\n  steps: 20\n  lr: 3e-4\n',
    );
    expect(values(settle(['mine', 'theirs']) ?? '')).toMatchObject({
      'data.seed': 'int "3"',
      'data.n': 'int "4"',
      'trainer.steps': 'int "20"',
      'trainer.lr': 'float "0.0002"',
    });
  });

  test('a key that one side removed can stay or go', () => {
    const gone = base.replace('  lr: 1e-4\n', '');
    const { conflicts, settle } = settleConflicts('a.yaml', { base, theirs: gone, mine });
    expect(conflicts).toEqual([{ kind: 'key', name: 'trainer.lr', mine: '3e-4', theirs: null }]);
    expect(settle(['theirs'])).not.toContain('lr:');
    expect(settle(['mine'])).toContain('lr: 3e-4');
  });

  test('where one has a section and the other a value, lines are asked about', () => {
    const [value, section] = [
      base.replace(/trainer:[^]*/, 'trainer: null\n'),
      base.replace('steps: 10', 'steps: 11'),
    ];
    const { conflicts, settle } = settleConflicts('a.yaml', { base, theirs: value, mine: section });
    expect(conflicts[0]?.name).toMatch(/^lines? \d/);
    expect(settle(conflicts.map(() => 'theirs'))).toBe(value);
    expect(settle(conflicts.map(() => 'mine'))).toBe(section);
  });
});

test('another text is settled by stretches of lines', () => {
  const texts = { base: 'a\nb\nc\nd\n', theirs: 'A\nb\nc\nD\n', mine: 'x\nb\nc\nd\ne\n' };
  const { conflicts, settle } = settleConflicts('evaluator.py', texts);
  expect(conflicts).toEqual([
    { kind: 'lines', name: 'line 1', mine: 'x', theirs: 'A' },
    { kind: 'lines', name: 'line 4', mine: 'd\ne', theirs: 'D' },
  ]);
  expect(settle(['mine', 'theirs'])).toBe('x\nb\nc\nD\n');
});

describe('properties', () => {
  const key = fc.constantFrom('data.seed', 'data.n', 'trainer.steps', 'trainer.lr', 'top', 'trainer.new');
  const change = fc.dictionary(key, fc.integer({ min: 100, max: 103 }).map(String), { maxKeys: 4 });
  const apply = (changes: Record<string, string>) =>
    Object.entries(changes).reduce(
      (text, [path, value]) => applyEdits(text, setValue({ file: 'a.yaml', text }, path.split('.'), value)),
      base,
    );
  const side = fc.constantFrom<Side>('mine', 'theirs');

  test('every combination of choices has the chosen values, all other changes and all comments', () => {
    fc.assert(
      fc.property(change, change, fc.array(side, { minLength: 6, maxLength: 6 }), (theirs, mine, choices) => {
        const texts = { base, theirs: apply(theirs), mine: apply(mine) };
        fc.pre(mergeTexts('a.yaml', texts).kind === 'conflict');
        const { conflicts, settle } = settleConflicts('a.yaml', texts);
        const wanted: Record<string, string> = { ...theirs, ...mine };
        for (const [index, { name }] of conflicts.entries())
          wanted[name] = (choices[index] === 'theirs' ? theirs : mine)[name] ?? '';
        const settled = settle(choices) ?? '';
        expect(values(settled)).toEqual(values(apply(wanted)));
        for (const comment of ['# shared', '# group']) expect(settled).toContain(comment);
      }),
      { numRuns: 300 },
    );
  });

  test('conflicts are symmetric: swapped sides name the same ones, and the same choice gives the same values', () => {
    fc.assert(
      fc.property(change, change, fc.array(side, { minLength: 6, maxLength: 6 }), (theirs, mine, choices) => {
        const texts = { base, theirs: apply(theirs), mine: apply(mine) };
        fc.pre(mergeTexts('a.yaml', texts).kind === 'conflict');
        const there = settleConflicts('a.yaml', texts);
        const back = settleConflicts('a.yaml', { base, theirs: texts.mine, mine: texts.theirs });
        const names = there.conflicts.map(({ name }) => name);
        expect(back.conflicts.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
        const chosen = new Map(names.map((name, index) => [name, choices[index] ?? 'mine']));
        const opposite = back.conflicts.map(({ name }): Side =>
          chosen.get(name) === 'mine' ? 'theirs' : 'mine',
        );
        expect(values(back.settle(opposite) ?? '')).toEqual(values(there.settle(choices) ?? ''));
      }),
      { numRuns: 200 },
    );
  });

  const lines = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 10 })
    .map((list) => list.join('\n'));
  test('of any text, all of one side where it disagrees leaves nothing of the other there', () => {
    fc.assert(
      fc.property(lines, lines, lines, (start, theirs, mine) => {
        const texts = { base: start, theirs, mine };
        const { conflicts, settle } = settleConflicts('a.py', texts);
        const merged = mergeTexts('a.py', texts);
        if (merged.kind === 'merged') {
          expect(conflicts).toEqual([]);
          expect(settle([])).toBe(merged.text);
          return;
        }
        for (const side of ['mine', 'theirs'] as const) {
          const settled = settle(conflicts.map(() => side));
          for (const conflict of conflicts) expect(settled).toContain(conflict[side] ?? '');
        }
      }),
    );
  });
});
