import { describe, expect, test } from 'vitest';
import {
  dirtyPaths,
  splitOverrides,
  type StudioAction,
  studioReducer,
  type StudioState,
} from './studio-state';

const FILE = { path: 'spell/common.yaml', text: 'a: 1\n', etag: 'v1' };
const START: StudioState = {
  files: { [FILE.path]: { ...FILE, draft: null, revision: 0 } },
  tabs: [FILE.path],
  active: FILE.path,
  variant: 'embedded',
  overrides: '',
  conflict: null,
};
const run = (...actions: readonly StudioAction[]) => actions.reduce(studioReducer, START);
const fileOf = (state: StudioState) => state.files[FILE.path];
const edited = (text: string): StudioAction => ({ kind: 'edited', path: FILE.path, text });

describe('editing', () => {
  test('typing makes a draft, and typing it back unmakes it', () => {
    expect(dirtyPaths(run(edited('a: 2\n')))).toEqual([FILE.path]);
    expect(dirtyPaths(run(edited('a: 2\n'), edited('a: 1\n')))).toEqual([]);
  });

  test('what was typed while a save was under way stays unsaved', () => {
    const saved: StudioAction = { kind: 'saved', file: { ...FILE, text: 'a: 2\n', etag: 'v2' } };
    expect(fileOf(run(edited('a: 2\n'), edited('a: 23\n'), saved))).toMatchObject({
      text: 'a: 2\n',
      etag: 'v2',
      draft: 'a: 23\n',
    });
    expect(fileOf(run(edited('a: 2\n'), saved))).toMatchObject({ text: 'a: 2\n', etag: 'v2', draft: null });
  });

  test('typing never makes the editor take its own text back; replacing it does', () => {
    expect(fileOf(run(edited('a: 2\n')))?.revision).toBe(0);
    const fixed = fileOf(run(edited('a: 2\n'), { kind: 'replaced', path: FILE.path, text: 'a: 3\n' }));
    expect(fixed).toMatchObject({ draft: 'a: 3\n', revision: 1 });
  });
});

describe('a conflict', () => {
  const theirs = { ...FILE, text: 'a: 9\n', etag: 'v9' };
  const conflicted: StudioAction = { kind: 'conflicted', path: FILE.path, theirs };

  test('keeping mine saves over their version next time', () => {
    const state = run(edited('a: 2\n'), conflicted, { kind: 'kept-mine' });
    expect(fileOf(state)).toMatchObject({ etag: 'v9', draft: 'a: 2\n' });
    expect(state.conflict).toBeNull();
  });

  test('taking theirs replaces the text in the editor', () => {
    const state = run(edited('a: 2\n'), conflicted, { kind: 'took-theirs' });
    expect(fileOf(state)).toEqual({ ...theirs, draft: null, revision: 1 });
  });

  test('putting it off keeps both', () => {
    const state = run(edited('a: 2\n'), conflicted, { kind: 'put-off' });
    expect(fileOf(state)).toMatchObject({ etag: 'v1', draft: 'a: 2\n' });
  });

  test('a file removed from the disk is made anew by mine and closed by theirs', () => {
    const removed: StudioAction = { kind: 'conflicted', path: FILE.path, theirs: null };
    expect(fileOf(run(edited('a: 2\n'), removed, { kind: 'kept-mine' }))).toMatchObject({
      etag: null,
      draft: 'a: 2\n',
    });
    const closed = run(edited('a: 2\n'), removed, { kind: 'took-theirs' });
    expect(closed).toMatchObject({ files: {}, tabs: [], active: null });
  });
});

describe('tabs', () => {
  const other: StudioAction = { kind: 'loaded', file: { path: 'spell/embedded.yaml', text: '', etag: 'e' } };
  const opened: StudioAction = { kind: 'opened', path: 'spell/embedded.yaml', variant: 'embedded' };

  test('opening a file twice makes one tab', () => {
    expect(run(other, opened, opened).tabs).toEqual([FILE.path, 'spell/embedded.yaml']);
  });

  test('closing the tab in front shows its neighbour and keeps the draft', () => {
    const state = run(other, opened, edited('a: 2\n'), { kind: 'closed', path: 'spell/embedded.yaml' });
    expect(state).toMatchObject({ active: FILE.path, tabs: [FILE.path] });
    expect(run(edited('a: 2\n'), { kind: 'closed', path: FILE.path }).files[FILE.path]?.draft).toBe('a: 2\n');
  });

  test('opening the file of a variant chooses the variant, opening another file leaves it', () => {
    expect(run(other, { ...opened, variant: 'tinker' }).variant).toBe('tinker');
    expect(run(other, { ...opened, variant: null }).variant).toBe('embedded');
  });
});

test('a draft of another version is restored with that version, so that saving it is a conflict', () => {
  const state = run({ kind: 'restored', drafts: { [FILE.path]: { text: 'a: 5\n', etag: 'v0' } } });
  expect(fileOf(state)).toMatchObject({ draft: 'a: 5\n', etag: 'v0', revision: 1 });
});

test.each([
  ['data.seed=7  +trainer.note=first', ['data.seed=7', '+trainer.note=first']],
  ["note='two words' ~a.b", ["note='two words'", '~a.b']],
  ['stop=[a, b] m={x: 1, y: 2}', ['stop=[a, b]', 'm={x: 1, y: 2}']],
  ['x="it\\"s here"\ny=${a.b}', ['x="it\\"s here"', 'y=${a.b}']],
  ['  ', []],
])('overrides %s', (text, overrides) => {
  expect(splitOverrides(text)).toEqual(overrides);
});
