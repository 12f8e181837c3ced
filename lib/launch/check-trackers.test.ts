import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { processEnvironment, readEnv } from '@/lib/env';
import { startFakeMlflow } from '@/lib/testing/fake-mlflow';
import { testFolder } from '@/lib/testing/test-folder';
import { findPython } from '@/scripts/find-python.mjs';
import { checkTrackers } from './check-trackers';

const pythonTest = test.skipIf((await findPython()) === null);

async function check(backend: unknown, values: Readonly<Record<string, string>>, limitMs = 30_000) {
  const variables = {
    values: { PATH: processEnvironment()['PATH'] ?? '', ...values },
    secrets: [],
    fromScript: [],
  };
  const checks = await checkTrackers(readEnv(), 'math/embedded.yaml', {
    config: { logger: { backend } },
    variables,
    limitMs,
  });
  return checks.map(({ id, status, detail }) => `${id} ${status}: ${detail}`);
}

test('a recipe without trackers has nothing to check', async () => {
  expect(await check(undefined, {})).toEqual([]);
});

test('a server that answers passes; one that does not is a warning', async () => {
  const server = await startFakeMlflow();
  expect(await check(['console', 'mlflow'], { MLFLOW_TRACKING_URI: server.address })).toEqual([
    'tracker-console passed: It will follow the run.',
    'tracker-mlflow passed: It will follow the run.',
  ]);
  server.behave(null);
  expect(await check('mlflow', { MLFLOW_TRACKING_URI: server.address }, 50)).toEqual([
    'tracker-mlflow warning: It would not follow the run: it did not answer in time. The run goes on without it.',
  ]);
  await server.stop();
  expect(await check('mlflow', { MLFLOW_TRACKING_URI: server.address })).toEqual([
    'tracker-mlflow warning: It would not follow the run: the server at MLFLOW_TRACKING_URI cannot be reached. The run goes on without it.',
  ]);
});

pythonTest('a package that is not there, and a key that is not set, are warnings', async () => {
  const folder = await testFolder();
  await mkdir(path.join(folder, 'wandb'));
  await writeFile(path.join(folder, 'wandb/__init__.py'), '');
  expect(await check('swanlab', { PYTHONPATH: folder })).toEqual([
    'tracker-swanlab warning: It would not follow the run: the Python package swanlab is not installed. Install it: pip install swanlab. The run goes on without it.',
  ]);
  expect((await check('tracking', { PYTHONPATH: folder }))[0]).toContain('WANDB_KEY is not set');
  expect(await check('wandb', { PYTHONPATH: folder, WANDB_KEY: 'key' })).toEqual([
    'tracker-wandb passed: It will follow the run.',
  ]);
  expect(await check('wandb', { PYTHONPATH: folder, WANDB_MODE: 'offline' })).toEqual([
    'tracker-wandb passed: It will follow the run.',
  ]);
});
