import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('all that was printed leaves through a pipe before the process ends', () => {
  const progress = new URL('progress.mjs', import.meta.url).href;
  const script = `import { exitWhenPrinted } from '${progress}';
    process.stdout.write('x'.repeat(1_000_000));
    process.exitCode = 3;
    await exitWhenPrinted();`;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script]);
  expect([stdout.length, status]).toEqual([1_000_000, 3]);
});
