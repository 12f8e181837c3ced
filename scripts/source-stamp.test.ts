import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStamps, hashSources } from './source-stamp.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'galley-stamp-'));
  mkdirSync(path.join(root, 'lib/part'), { recursive: true });
  writeFileSync(path.join(root, 'lib/part/a.ts'), 'one');
  writeFileSync(path.join(root, 'lock.json'), '{}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const hash = (): Promise<string> => hashSources(root, ['lock.json', 'lib', 'absent']);

test('times alone change nothing, so a fresh checkout of the same sources builds nothing', async () => {
  const before = await hash();
  utimesSync(path.join(root, 'lib/part/a.ts'), 1, 1);
  expect(await hash()).toBe(before);
});

test.each([
  ['a changed file', () => writeFileSync(path.join(root, 'lib/part/a.ts'), 'two')],
  ['a new file', () => writeFileSync(path.join(root, 'lib/b.ts'), '')],
  ['a removed file', () => rmSync(path.join(root, 'lib/part/a.ts'))],
  ['a file that was absent', () => writeFileSync(path.join(root, 'absent'), 'x')],
])('%s changes the hash', async (_, change) => {
  const before = await hash();
  change();
  expect(await hash()).not.toBe(before);
});

test('tests do not change the hash: nothing is built from them', async () => {
  const before = await hash();
  writeFileSync(path.join(root, 'lib/part/a.test.ts'), 'x');
  expect(await hash()).toBe(before);
});

test('a stamp matches only the hash that was set for its name', async () => {
  const stamps = createStamps(path.join(root, 'build/stamps.json'));
  expect(await stamps.matches('web', 'x')).toBe(false);
  await stamps.set('web', 'x');
  await stamps.set('client', 'y');
  expect(await stamps.matches('web', 'x')).toBe(true);
  expect(await stamps.matches('client', 'x')).toBe(false);
});
