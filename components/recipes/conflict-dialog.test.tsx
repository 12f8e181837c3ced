// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { ConflictDialog } from './conflict-dialog';
import type { StudioState } from './studio-state';

afterEach(cleanup);

const FILE = { path: 'spell/common.yaml', text: 'a: 1\n', etag: 'v1' };

function open(theirs: StudioState['conflict']) {
  const spies = { onKeepMine: vi.fn(), onTakeTheirs: vi.fn(), onLater: vi.fn() };
  const state: StudioState = {
    files: { [FILE.path]: { ...FILE, draft: 'a: 2\n', revision: 0 } },
    tabs: [FILE.path],
    active: FILE.path,
    variant: null,
    overrides: '',
    putOff: {},
    conflict: theirs,
  };
  render(<ConflictDialog state={state} {...spies} />);
  return spies;
}

test('nothing is shown while there is no conflict', () => {
  open(null);
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('a file changed on disk offers mine, theirs and a comparison; escape decides nothing', async () => {
  const spies = open({ path: FILE.path, theirs: { ...FILE, text: 'a: 9\n', etag: 'v9' } });
  expect(screen.getByRole('dialog', { name: 'spell/common.yaml was changed on disk' })).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Compare' })).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Keep mine, overwrite the disk' }));
  await userEvent.click(screen.getByRole('button', { name: 'Take theirs, drop my text' }));
  await userEvent.keyboard('{Escape}');
  expect([spies.onKeepMine, spies.onTakeTheirs, spies.onLater].map((spy) => spy.mock.calls.length)).toEqual([
    1, 1, 1,
  ]);
});

test('a removed file can be made again; there is nothing to compare', () => {
  open({ path: FILE.path, theirs: null });
  expect(screen.getByRole('button', { name: 'Save mine again' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Compare' })).toBeNull();
});
