import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { bundleForTest } from '@/lib/testing/bundle-for-test';
import { testFolder } from '@/lib/testing/test-folder';

const FULL = '/dev/full';

test.runIf(existsSync(FULL))('a process whose log file has no room goes on', async () => {
  const child = await bundleForTest('lib/testing/printing-child.ts', await testFolder());
  const log = await open(FULL, 'a');
  const stdio = ['ignore', log.fd, log.fd] as const;
  const code = await new Promise((resolve) => {
    spawn(process.execPath, [child], { stdio: [...stdio] }).once('close', resolve);
  });
  await log.close();
  expect(code).toBe(7);
});
