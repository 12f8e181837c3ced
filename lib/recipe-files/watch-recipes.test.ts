import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { testFolder } from '@/lib/testing/test-folder';
import { watchRecipes } from './watch-recipes';

async function watched(timing?: { settleMs: number; pollMs: number }) {
  const root = await testFolder();
  await mkdir(path.join(root, 'a/deep'), { recursive: true });
  await writeFile(path.join(root, 'a/common.yaml'), 'x: 1\n');
  const stamps: string[] = [];
  const stop = watchRecipes(root, timing).subscribe((stamp) => stamps.push(stamp));
  onTestFinished(stop);
  await vi.waitFor(() => expect(stamps).toHaveLength(1), { timeout: 5_000 });
  const changes = async (work: () => Promise<unknown>) => {
    const before = stamps.length;
    await work();
    await vi.waitFor(() => expect(stamps.length).toBeGreaterThan(before), { timeout: 8_000 });
  };
  return { root, stamps, stop, changes };
}

test.each([
  ['notices of the system', { settleMs: 20, pollMs: 600_000 }],
  ['looking now and then', { settleMs: 600_000, pollMs: 40 }],
])('edits, renames, new and removed files are told by %s', { timeout: 40_000 }, async (_, timing) => {
  const { root, changes } = await watched(timing);
  await changes(() => writeFile(path.join(root, 'a/common.yaml'), 'x: 2\n'));
  await changes(() => writeFile(path.join(root, 'a/deep/tool.py'), ''));
  await changes(() => rename(path.join(root, 'a/deep/tool.py'), path.join(root, 'a/deep/other.py')));
  await changes(() => rm(path.join(root, 'a/deep'), { recursive: true }));
});

test.each(['', 'a'])(
  'a commit and another branch are told, of a repository at "%s"',
  { timeout: 40_000 },
  async (place) => {
    const { root, changes } = await watched({ settleMs: 600_000, pollMs: 40 });
    const git = async (...args: readonly string[]): Promise<void> => {
      const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
      execFileSync('git', [...identity, ...args], { cwd: path.join(root, place) });
      await Promise.resolve();
    };
    await changes(() => git('init', '-q', '-b', 'trunk'));
    await changes(() => git('add', '.'));
    await changes(() => git('commit', '-qm', 'first'));
    await changes(() => git('checkout', '-q', '-b', 'side'));
  },
);

test('nothing is told after the last listener has gone', async () => {
  const { root, stamps, stop } = await watched({ settleMs: 5, pollMs: 10 });
  stop();
  await writeFile(path.join(root, 'a/new.yaml'), 'y: 1\n');
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(stamps).toHaveLength(1);
});
