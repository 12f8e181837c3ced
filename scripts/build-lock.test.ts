import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withBuildLock } from './build-lock.mjs';

let folder: string;
const quiet = (): void => undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'galley-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('two builders work one after the other', async () => {
  const order: string[] = [];
  let second: Promise<unknown> = Promise.resolve();
  await withBuildLock(folder, { name: 'build', say: quiet }, async () => {
    order.push('first begins');
    await new Promise<void>((resolve) => {
      // the second says so once it has found the lock taken
      second = withBuildLock(folder, { name: 'build', say: () => resolve() }, () =>
        Promise.resolve(order.push('second')),
      );
    });
    order.push('first ends');
  });
  await second;
  expect(order).toEqual(['first begins', 'first ends', 'second']);
});

test('the lock of a process that died is taken over', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(path.join(folder, 'build.lock'), String(pid));
  expect(await withBuildLock(folder, { name: 'build', say: quiet }, () => Promise.resolve('built'))).toBe(
    'built',
  );
});

test('the lock of a process that died before it wrote its name is taken over', async () => {
  const file = path.join(folder, 'build.lock');
  writeFileSync(file, '');
  utimesSync(file, 0, 0);
  expect(await withBuildLock(folder, { name: 'build', say: quiet }, () => Promise.resolve('built'))).toBe(
    'built',
  );
});

test('who waits is told whose lock it is and what to do when nobody builds', async () => {
  const file = path.join(folder, 'build.lock');
  writeFileSync(file, String(process.pid));
  const said = await new Promise<string>((resolve) => {
    const say = (text: string): void => {
      resolve(text);
      rmSync(file);
    };
    void withBuildLock(folder, { name: 'build', say }, () => Promise.resolve());
  });
  expect(said).toContain(`process ${process.pid}`);
  expect(said).toContain(`delete ${file}`);
});

test('a failing build gives the lock back', async () => {
  await expect(
    withBuildLock(folder, { name: 'build', say: quiet }, () => Promise.reject(new Error('no'))),
  ).rejects.toThrow('no');
  expect(existsSync(path.join(folder, 'build.lock'))).toBe(false);
});
