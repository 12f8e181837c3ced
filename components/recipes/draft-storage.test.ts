// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from 'vitest';
import { draftPaths, moveDrafts, readDrafts, writeDraft } from './draft-storage';

const FILE = { path: 'spell/common.yaml', text: 'a: 1', etag: 'v1', draft: 'a: 2', revision: 0 };

beforeEach(() => localStorage.clear());

test('a draft comes back with the version it was typed over, and is gone once saved', () => {
  writeDraft(localStorage, FILE);
  expect(readDrafts(localStorage, [FILE.path, 'other'])).toEqual({
    [FILE.path]: { text: 'a: 2', etag: 'v1', base: 'a: 1' },
  });
  writeDraft(localStorage, { ...FILE, draft: null });
  expect(readDrafts(localStorage, [FILE.path])).toEqual({});
});

test('what is not a draft is passed over', () => {
  localStorage.setItem('galley:draft:a', 'not json');
  localStorage.setItem('galley:draft:b', '{"text":1}');
  expect(readDrafts(localStorage, ['a', 'b'])).toEqual({});
});

const SECRET = 'judge_api_key: hunter2-hunter2\n';

test.each([
  ['typed', { draft: SECRET }],
  ['on disk and untouched', { text: SECRET, draft: `${SECRET}a: 2\n` }],
  ['on disk and taken out', { text: SECRET, draft: 'judge_api_key: ""\n' }],
])('a draft whose text has a secret in clear, %s, is not stored, nor what was stored before', (_, change) => {
  expect(writeDraft(localStorage, FILE)).toBe('kept');
  expect(writeDraft(localStorage, { ...FILE, ...change })).toBe('secret');
  expect(localStorage).toHaveLength(0);
  expect(readDrafts(localStorage, [FILE.path])).toEqual({});
});

test('one that was stored with a secret comes back once and is forgotten', () => {
  const stored = { text: SECRET, etag: 'v1', base: '' };
  localStorage.setItem(`galley:draft:${FILE.path}`, JSON.stringify(stored));
  expect(readDrafts(localStorage, [FILE.path])).toEqual({ [FILE.path]: stored });
  expect(localStorage).toHaveLength(0);
});

test('a storage that is full costs the draft, not the page', () => {
  const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  expect(writeDraft(localStorage, FILE)).toBe('full');
  full.mockRestore();
});

test('drafts go with a renamed file, folder or recipe, and with no other of a like name', () => {
  const paths = ['spell/common.yaml', 'spell/tools/a.py', 'spell/tools2/b.py', 'spelling/common.yaml'];
  for (const path of paths) writeDraft(localStorage, { ...FILE, path });
  moveDrafts(localStorage, 'spell/tools', 'spell/agent/tools');
  expect(draftPaths(localStorage, 'spell')).toEqual([
    'spell/agent/tools/a.py',
    'spell/common.yaml',
    'spell/tools2/b.py',
  ]);
  moveDrafts(localStorage, 'spell', 'words');
  moveDrafts(localStorage, 'words/common.yaml', 'words/common.yaml');
  expect(draftPaths(localStorage, 'spell')).toEqual([]);
  expect(draftPaths(localStorage, 'spelling')).toEqual(['spelling/common.yaml']);
  expect(readDrafts(localStorage, ['words/common.yaml', 'words/agent/tools/a.py'])).toMatchObject({
    'words/common.yaml': { text: 'a: 2', base: 'a: 1' },
    'words/agent/tools/a.py': { text: 'a: 2' },
  });
});
