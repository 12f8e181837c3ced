import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyEdits } from '@/lib/recipes/edits/apply-edits';
import { setValue } from '@/lib/recipes/edits/edit-layer';
import { diffLines } from './diff-lines';
import { layerLeaves } from './layer-leaves';
import { mergeLines } from './merge-lines';
import { mergeTexts } from './merge-texts';

const values = (text: string) =>
  new Map([...(layerLeaves(text) ?? [])].map(([, leaf]) => [leaf.path.join('.'), leaf.value]));
const edited = (text: string, path: readonly string[], source: string) =>
  applyEdits(text, setValue({ file: 'a.yaml', text }, path, source));

const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((list) => list.join('\n'));

describe('lines', () => {
  test('changes lead from the old lines to the new ones', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const [from, to] = [before.split('\n'), after.split('\n')];
        const result: string[] = [];
        let at = 0;
        for (const { start, end, newStart, newEnd } of diffLines(from, to)) {
          result.push(...from.slice(at, start), ...to.slice(newStart, newEnd));
          at = end;
        }
        expect([...result, ...from.slice(at)]).toEqual(to);
      }),
    );
  });

  test('one side alone wins, equal sides agree, and sides may be swapped', () => {
    fc.assert(
      fc.property(lines, lines, lines, (base, theirs, mine) => {
        expect(mergeLines({ base, theirs, mine: base })).toBe(theirs);
        expect(mergeLines({ base, theirs: base, mine })).toBe(mine);
        expect(mergeLines({ base, theirs, mine: theirs })).toBe(theirs);
        expect(mergeLines({ base, theirs, mine })).toBe(mergeLines({ base, theirs: mine, mine: theirs }));
      }),
    );
  });

  test('changes far from one another both stay, on the same line they are a conflict', () => {
    const base = 'one\ntwo\nthree\nfour\nfive\n';
    expect(mergeLines({ base, theirs: base.replace('one', 'ONE'), mine: base.replace('five', 'FIVE') })).toBe(
      'ONE\ntwo\nthree\nfour\nFIVE\n',
    );
    expect(mergeLines({ base, theirs: base.replace('two', 'x'), mine: base.replace('two', 'y') })).toBeNull();
    expect(mergeLines({ base, theirs: `${base}x`, mine: `${base}y` })).toBeNull();
  });

  test('two long texts that differ everywhere do not take minutes', { timeout: 20_000 }, () => {
    const text = (word: string) => Array.from({ length: 20_000 }, (_, index) => `${word} ${index}`);
    expect(diffLines(text('a'), text('b'))).toHaveLength(1);
  });
});

describe('layers', () => {
  const base =
    '# what all share\ndata:\n  seed: 1 # the one\n  files: [a, b]\ntrainer:\n  steps: 10\n  lr: 1e-4\n';

  test('neighbouring keys merge though their lines touch, and comments stay', () => {
    const merged = mergeTexts('r/common.yaml', {
      base,
      theirs: base.replace('steps: 10', 'steps: 20 # longer'),
      mine: base.replace('lr: 1e-4', 'lr: 2e-4').replace('seed: 1 # the one', 'seed: 1 # the only one'),
    });
    expect(merged).toEqual({
      kind: 'merged',
      text: base
        .replace('steps: 10', 'steps: 20 # longer')
        .replace('lr: 1e-4', 'lr: 2e-4')
        .replace('# the one', '# the only one'),
    });
  });

  test('one key that both changed is asked about by its path; the same change by both is none', () => {
    const [theirs, mine] = [base.replace('seed: 1', 'seed: 2'), base.replace('seed: 1', 'seed: 3')];
    expect(mergeTexts('r/common.yaml', { base, theirs, mine })).toEqual({
      kind: 'conflict',
      paths: ['data.seed'],
    });
    const both = mergeTexts('r/common.yaml', {
      base,
      theirs,
      mine: base.replace('seed: 1', 'seed: 2').replace('lr: 1e-4', 'lr: 3e-4'),
    });
    expect(both.kind === 'merged' && values(both.text).get('trainer.lr')).toBe('float "0.0003"');
  });

  test('a section that one side removed and the other changed is asked about', () => {
    const theirs = base.slice(0, base.indexOf('trainer:'));
    const mine = base.replace('steps: 10', 'steps: 11');
    expect(mergeTexts('r/common.yaml', { base, theirs, mine })).toEqual({
      kind: 'conflict',
      paths: ['trainer.steps'],
    });
  });

  test('a list is one value', () => {
    const [theirs, mine] = [base.replace('[a, b]', '[a, b, c]'), base.replace('[a, b]', '[a]')];
    expect(mergeTexts('r/common.yaml', { base, theirs, mine })).toMatchObject({ paths: ['data.files'] });
  });

  test('both add the same new key differently: lines would merge, the layer would not', () => {
    const [theirs, mine] = [`new: 1\n${base}`, `${base}new: 2\n`];
    expect(mergeLines({ base, theirs, mine })).not.toBeNull();
    expect(mergeTexts('r/common.yaml', { base, theirs, mine })).toEqual({ kind: 'conflict', paths: ['new'] });
  });

  test('half-typed YAML is merged by lines, or asked about', () => {
    const mine = base.replace('lr: 1e-4', 'lr: [1');
    expect(mergeTexts('r/common.yaml', { base, theirs: base.replace('# what', '# what we'), mine })).toEqual({
      kind: 'merged',
      text: mine.replace('# what', '# what we'),
    });
    expect(mergeTexts('r/common.yaml', { base, theirs: base.replace('1e-4', '5e-4'), mine }).kind).toBe(
      'conflict',
    );
  });

  test('what another language says is merged by lines alone', () => {
    const texts = { base: 'a: 1\nb: 1\n', theirs: 'a: 2\nb: 1\n', mine: 'a: 1\nb: 2\n' };
    expect(mergeTexts('r/evaluator.py', texts).kind).toBe('conflict');
    expect(mergeTexts('r/common.yaml', texts)).toEqual({ kind: 'merged', text: 'a: 2\nb: 2\n' });
  });

  const key = fc.constantFrom('a', 'b', 'c', 'd', 'x.p', 'x.q', 'x.r', 'y.s.t', 'y.s.u');
  const side = fc.dictionary(key, fc.integer({ min: 0, max: 3 }).map(String), { maxKeys: 5 });
  const start = '# top\na: 9\nb: 9 # b\nx:\n  p: 9\n  # about q\n  q: 9\ny:\n  s: {t: 9}\n';
  const apply = (changes: Record<string, string>, before = start) =>
    Object.entries(changes).reduce((text, [path, value]) => edited(text, path.split('.'), value), before);

  test('no change is lost, and the order of the sides does not matter', () => {
    fc.assert(
      fc.property(side, side, (theirChanges, myChanges) => {
        const [theirs, mine] = [apply(theirChanges), apply(myChanges)];
        const merged = mergeTexts('a.yaml', { base: start, theirs, mine });
        const swapped = mergeTexts('a.yaml', { base: start, theirs: mine, mine: theirs });
        const isClash = Object.entries(myChanges).some(
          ([path, value]) => (theirChanges[path] ?? value) !== value,
        );
        expect(merged.kind).toBe(isClash ? 'conflict' : 'merged');
        expect(swapped.kind).toBe(merged.kind);
        if (merged.kind === 'conflict' && swapped.kind === 'conflict')
          expect(swapped.paths.toSorted()).toEqual(merged.paths.toSorted());
        if (merged.kind !== 'merged' || swapped.kind !== 'merged') return;
        expect(values(merged.text)).toEqual(values(apply({ ...theirChanges, ...myChanges })));
        expect(values(swapped.text)).toEqual(values(merged.text));
        for (const comment of ['# top', '# b', '# about q']) expect(merged.text).toContain(comment);
        expect(mergeTexts('a.yaml', { base: start, theirs, mine: start })).toEqual({
          kind: 'merged',
          text: theirs,
        });
        expect(mergeTexts('a.yaml', { base: start, theirs: start, mine })).toEqual({
          kind: 'merged',
          text: mine,
        });
      }),
      { numRuns: 300 },
    );
  });

  const spot = fc.constantFrom('# top', '# b', '# about q', 'a: 9', '  p: 9', 'y:');
  const remark = fc.constantFrom('why', 'since v2', 'do not touch');

  test('comments that either side adds are in what is merged, each once', () => {
    fc.assert(
      fc.property(
        fc.record({ at: spot, words: remark }),
        fc.record({ at: spot, words: remark }),
        side,
        (theirs, mine, changes) => {
          fc.pre(theirs.at !== mine.at);
          const remarked = ({ at, words }: typeof mine, who: string) =>
            start.replace(at, `# ${who} ${words}\n$&`);
          const merged = mergeTexts('a.yaml', {
            base: start,
            theirs: remarked(theirs, 'theirs'),
            mine: apply(changes, remarked(mine, 'mine')),
          });
          if (merged.kind !== 'merged') return;
          expect(merged.text.split(`# theirs ${theirs.words}\n`)).toHaveLength(2);
          expect(merged.text.split(`# mine ${mine.words}\n`)).toHaveLength(2);
          expect(values(merged.text)).toEqual(values(apply(changes)));
        },
      ),
      { numRuns: 300 },
    );
  });
});
