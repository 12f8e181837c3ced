// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { ConflictDialog } from './conflict-dialog';
import type { StudioState } from './studio-state';

afterEach(cleanup);

const FILE = { path: 'spell/common.yaml', text: 'a: 1\n', etag: 'v1' };

function open(theirs: StudioState['conflict'], draft = 'a: 2\n', text = FILE.text) {
  const spies = { onKeepMine: vi.fn(), onTakeTheirs: vi.fn(), onSettle: vi.fn(), onLater: vi.fn() };
  const state: StudioState = {
    files: { [FILE.path]: { ...FILE, text, draft, revision: 0 } },
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

test('keys that both changed are chosen one by one, and the rest is merged', async () => {
  const theirs = { ...FILE, text: 'a: 9\nb: 9\nc: 1\nd: 9\n', etag: 'v9' };
  const spies = open({ path: FILE.path, theirs }, 'a: 2\nb: 2\nc: 2\nd: 1\n', 'a: 1\nb: 1\nc: 1\nd: 1\n');
  const both = within(screen.getByRole('list', { name: 'Both changed' }));
  expect(both.getAllByRole('group').map((group) => group.textContent)).toEqual([
    'aMine2On disk9',
    'bMine2On disk9',
  ]);
  await userEvent.click(
    within(both.getByRole('group', { name: 'b' })).getByRole('radio', { name: /On disk/ }),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Merge into my draft' }));
  expect(spies.onSettle).toHaveBeenCalledWith('a: 2\nb: 9\nc: 2\nd: 9\n');
});

test('a secret in clear is not shown among the choices', () => {
  const theirs = { ...FILE, text: 'api_key: sk-theirs-9f8e7d6c5b\n', etag: 'v9' };
  open({ path: FILE.path, theirs }, 'api_key: sk-mine-1a2b3c4d5e6f\n', 'api_key: sk-base-0a0b0c0d0e\n');
  expect(document.body.textContent).not.toMatch(/sk-(mine|theirs)/);
  expect(screen.getByRole('group', { name: 'api_key' })).toBeTruthy();
});
