// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { err, ok } from '@/lib/shared/result';
import type { StudioActions } from './studio-actions';
import type { StudioData } from './studio-data';
import type { DiskFile } from './studio-state';
import { useStudio } from './use-studio';

afterEach(() => {
  cleanup();
  localStorage.clear();
});

const PATH = 'spell/embedded.yaml';
const OPENED: DiskFile = { path: PATH, text: 'defaults: [_self_]\na: 1\n', etag: 'v1' };
const DATA: StudioData = {
  recipe: 'spell',
  title: 'Spell',
  entries: [],
  files: [OPENED],
  variants: [{ name: 'embedded', entry: PATH }],
  scripts: {},
  environment: { names: [], values: {} },
};

/** A disk that compares versions as the server does, and answers when it is told to. */
function slowDisk() {
  let disk = OPENED;
  const waiting: (() => void)[] = [];
  const never = () => Promise.reject(new Error('not needed'));
  const save: StudioActions['save'] = ({ text, ifMatch }) =>
    new Promise((resolve) =>
      waiting.push(() => {
        if (ifMatch !== disk.etag) {
          resolve(ok(err({ code: 'conflict', message: 'changed', theirs: disk })));
          return;
        }
        disk = { path: PATH, text, etag: `of ${text}` };
        resolve(ok(ok(disk)));
      }),
    );
  return {
    actions: { save, launch: never },
    /** Answers one save after the other, also those that come of an answer. */
    answerAll: () =>
      act(async () => {
        for (let round = 0; round < 20; round += 1) {
          waiting.shift()?.();
          await Promise.resolve();
        }
      }),
    text: () => disk.text,
  };
}

function openStudio() {
  const disk = slowDisk();
  const client = new QueryClient();
  const { result } = renderHook(() => useStudio(DATA, {}, disk.actions), {
    wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  });
  const type = (text: string) =>
    act(() => {
      result.current.typed(PATH, text);
      result.current.settle();
    });
  return { disk, studio: result, type };
}

test('a save that follows on another is no conflict with it', async () => {
  const { disk, studio, type } = openStudio();
  type('a: 2\n');
  act(() => void studio.current.save([PATH]));
  type('a: 23\n');
  act(() => void studio.current.save([PATH]));
  await disk.answerAll();
  expect(studio.current.state.conflict).toBeNull();
  expect(disk.text()).toBe('a: 23\n');
  expect(studio.current.state.files[PATH]).toMatchObject({ text: 'a: 23\n', draft: null });
});

test('a rewrite does not undo what is typed while it is worked out', async () => {
  const { disk, studio, type } = openStudio();
  let answer: (text: string) => void = () => undefined;
  const worked = new Promise<string>((resolve) => (answer = resolve));
  act(() => void studio.current.rewrite(PATH, () => worked));
  type('a: typed\n');
  await act(async () => {
    answer('a: rewritten\n');
    await worked;
  });
  await disk.answerAll();
  expect(studio.current.state.files[PATH]?.draft).toBe('a: typed\n');
  expect(disk.text()).toBe(OPENED.text);
});

test('keeping mine saves the draft over what the disk has', async () => {
  const { disk, studio, type } = openStudio();
  type('a: 2\n');
  const theirs = { path: PATH, text: 'a: 9\n', etag: 'v1' };
  act(() => studio.current.dispatch({ kind: 'conflicted', path: PATH, theirs }));
  act(() => studio.current.keepMine());
  await disk.answerAll();
  expect(disk.text()).toBe('a: 2\n');
  expect(studio.current.state).toMatchObject({ conflict: null, files: { [PATH]: { draft: null } } });
});
