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
  putOff: {},
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
    // The editor shows the old text again, which is not what is on disk any more.
    expect(fileOf(run(edited('a: 2\n'), edited('a: 1\n'), saved))).toMatchObject({
      etag: 'v2',
      draft: 'a: 1\n',
    });
  });

  test('typing never makes the editor take its own text back; replacing it does', () => {
    expect(fileOf(run(edited('a: 2\n')))?.revision).toBe(0);
    const fixed = fileOf(run(edited('a: 2\n'), { kind: 'replaced', path: FILE.path, text: 'a: 3\n' }));
    expect(fixed).toMatchObject({ draft: 'a: 3\n', revision: 1 });
  });
});

describe('what this page does to files', () => {
  const folder = { path: 'spell/tools/a.yaml', text: 'x: 1\n', etag: 't1' };
  const loaded: StudioAction = { kind: 'loaded', file: folder };
  const opened: StudioAction = { kind: 'opened', path: folder.path, variant: null };

  test('a draft goes with a renamed folder, and so do tabs', () => {
    const typed: StudioAction = { kind: 'edited', path: folder.path, text: 'x: 2\n' };
    const state = run(loaded, opened, typed, { kind: 'moved', from: 'spell/tools', to: 'spell/t' });
    expect(state).toMatchObject({ active: 'spell/t/a.yaml', tabs: [FILE.path, 'spell/t/a.yaml'] });
    expect(state.files['spell/t/a.yaml']).toMatchObject({ path: 'spell/t/a.yaml', draft: 'x: 2\n' });
    expect(Object.keys(state.files)).toEqual([FILE.path, 'spell/t/a.yaml']);
  });

  test('what it deletes is gone without a question, unsaved or not', () => {
    const typed: StudioAction = { kind: 'edited', path: folder.path, text: 'x: 2\n' };
    const state = run(loaded, opened, typed, { kind: 'removed', path: 'spell/tools' });
    expect(state).toMatchObject({ active: FILE.path, tabs: [FILE.path], conflict: null });
    expect(Object.keys(state.files)).toEqual([FILE.path]);
  });
});

describe('a conflict', () => {
  const theirs = { ...FILE, text: 'a: 9\n', etag: 'v9' };
  const conflicted: StudioAction = { kind: 'conflicted', path: FILE.path, theirs };

  test('settled differences are a draft over what is on disk now', () => {
    const settled = (text: string): StudioAction => ({ kind: 'settled', text });
    const state = run(edited('a: 2\n'), conflicted, settled('a: 9\nb: 2\n'));
    expect(fileOf(state)).toMatchObject({ ...theirs, draft: 'a: 9\nb: 2\n', revision: 1 });
    expect(state.conflict).toBeNull();
    expect(fileOf(run(edited('a: 2\n'), conflicted, settled(theirs.text)))).toMatchObject({ draft: null });
  });

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
  const state = run({
    kind: 'restored',
    drafts: { [FILE.path]: { text: 'a: 5\n', etag: 'v0', base: 'a: 0\n' } },
  });
  expect(fileOf(state)).toMatchObject({ draft: 'a: 5\n', etag: 'v0', revision: 1 });
});

describe('the disk changes', () => {
  const disk = (text: string | null): StudioAction => ({
    kind: 'disk',
    path: FILE.path,
    file: text === null ? null : { path: FILE.path, text, etag: `v-${text}` },
  });
  const BASE: StudioAction = { kind: 'saved', file: { ...FILE, text: 'a: 1\nb: 1\n', etag: 'v1' } };

  test('a clean file follows, in the editor too', () => {
    const state = run(disk('a: 9\n'));
    expect(fileOf(state)).toMatchObject({ text: 'a: 9\n', draft: null, revision: 1 });
  });

  test('a draft is merged by key path and stays a draft over the new version', () => {
    const state = run(BASE, edited('a: 2\nb: 1\n'), disk('a: 1\nb: 3\n'));
    expect(fileOf(state)).toMatchObject({ etag: 'v-a: 1\nb: 3\n', draft: 'a: 2\nb: 3\n', revision: 1 });
    expect(state.conflict).toBeNull();
  });

  test('what both changed is asked about once, and not again after it was put off', () => {
    const asked = run(BASE, edited('a: 2\nb: 1\n'), disk('a: 3\nb: 1\n'));
    expect(asked.conflict).toMatchObject({ path: FILE.path });
    expect(fileOf(asked)).toMatchObject({ draft: 'a: 2\nb: 1\n', etag: 'v1' });
    const later = [{ kind: 'put-off' } as const, disk('a: 3\nb: 1\n')].reduce(studioReducer, asked);
    expect(later.conflict).toBeNull();
    expect(studioReducer(later, disk('a: 4\nb: 1\n')).conflict).not.toBeNull();
  });

  test('a removed file goes with its tab, unless something was typed into it', () => {
    expect(run(disk(null))).toMatchObject({ files: {}, tabs: [] });
    expect(run(edited('a: 2\n'), disk(null)).conflict).toEqual({ path: FILE.path, theirs: null });
  });

  test('a draft from before is merged with what the disk has come to', () => {
    const draft = { text: 'a: 1\nb: 2\n', etag: 'v0', base: 'a: 0\nb: 0\n' };
    const state = run(
      { kind: 'restored', drafts: { [FILE.path]: { ...draft, text: 'a: 0\nb: 2\n' } } },
      disk('a: 7\nb: 0\n'),
    );
    expect(fileOf(state)?.draft).toBe('a: 7\nb: 2\n');
  });
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
