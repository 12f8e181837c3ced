import { appendFile, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { isFinished } from '@/lib/domain/run';
import type { Env } from '@/lib/env';
import type { RunStore } from '@/lib/run-store/run-store';
import { createSecretStore } from '@/lib/secrets/secret-store';
import { bundledRoot } from '@/lib/testing/process-bundles';
import { launchPlace } from '@/lib/testing/launch-place';
import type { Launcher } from './launch';

// A variant with an environment script: real bash, a real run process, a model too small to learn.

const SECRET = 'hunter2-hunter2-hunter2';
const OVERRIDES = [
  'trainer.total_train_steps=1',
  'data.batch_size=2',
  'data.rollout_repeat_n=2',
  '++trainer.warm_start.max_updates=1',
  '++trainer.warm_start.check_samples=4',
  'validate.validate_before_train=false',
  'validate.eval.validate_freq=0',
  'service.embedded_service.model.width=16',
  'service.embedded_service.model.layers=1',
  'service.embedded_service.model.heads=2',
  '+service.embedded_service.threads=1',
];

const root = bundledRoot();
let env: Env;
let runStore: RunStore;
let launcher: Launcher;
let folder: string;

beforeEach(async () => {
  ({ env, runStore, launcher, folder } = await launchPlace(root()));
  await appendFile(
    path.join(env.recipesDir, 'pig_latin/embedded.yaml'),
    '\nproject_name: "${oc.env:PROJECT}"\njudge:\n  api_key: "${oc.env:JUDGE_API_KEY}"\n',
  );
});

const writeScript = (text: string): Promise<void> =>
  writeFile(path.join(env.recipesDir, 'pig_latin/embedded.env.sh'), text);
const request = { entry: 'pig_latin/embedded.yaml', overrides: OVERRIDES, idempotencyKey: 'a click' };
const touched = (): Promise<boolean> =>
  stat(path.join(env.recipesDir, 'pig_latin/touched')).then(
    () => true,
    () => false,
  );

test('a script with a placeholder blocks the launch and is not run; mended, it prepares the run', async () => {
  await createSecretStore(env.dataDir).set('JUDGE_API_KEY', SECRET);
  await writeScript('touch touched\nexport PROJECT="/path/to/project"\n');
  const preflight = await launcher.preflight(request);
  expect(preflight.ok).toBe(false);
  expect(preflight.diagnostics.map(({ code }) => code)).toContain('env-placeholder');
  await expect(launcher.launch(request)).rejects.toThrow(/placeholder.*not run/s);
  expect(await touched()).toBe(false);

  await writeScript('touch touched\necho "the key is $JUDGE_API_KEY"\nexport PROJECT="$(echo from bash)"\n');
  const checked = await launcher.preflight(request);
  expect(checked.checks.filter(({ status }) => status === 'failed')).toEqual([]);
  expect(checked.environment?.variables).toMatchObject([
    { name: 'JUDGE_API_KEY', state: 'secret' },
    { name: 'PROJECT', state: 'pending' },
  ]);
  expect(await touched()).toBe(false);

  const run = await launcher.launch(request);
  expect(await touched()).toBe(true);
  const over = async (): Promise<boolean> => isFinished((await runStore.get(run.id)).status);
  await expect.poll(over, { timeout: 90_000, interval: 100 }).toBe(true);
  expect(await runStore.get(run.id)).toMatchObject({ status: 'succeeded', reason: null });
  const { resolved } = await runStore.snapshot(run.id);
  expect(resolved).toMatchObject({
    project_name: 'from bash',
    judge: { api_key: { $secret: 'JUDGE_API_KEY' } },
  });
  const lines = (await runStore.logs(run.id, { limit: 100 })).flatMap((event) =>
    event.kind === 'log' ? [event.message] : [],
  );
  expect(lines).toContain('the key is ***');
  expect(await filesWith(folder, SECRET)).toEqual(['data/secrets/JUDGE_API_KEY']);
}, 150_000);

test('a failing script is told with its last lines, and nothing is stored', async () => {
  await createSecretStore(env.dataDir).set('JUDGE_API_KEY', SECRET);
  await writeScript('export PROJECT=x\necho "cannot reach $JUDGE_API_KEY" >&2\nfalse\n');
  await expect(launcher.launch(request)).rejects.toThrow(/code 1.*cannot reach \*\*\*/s);
  expect((await runStore.list()).total).toBe(0);
});

/** Files below a folder that hold a text. */
async function filesWith(base: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(base, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const found = await Promise.all(
    files.map(async (file) => ((await readFile(file)).includes(text) ? [file] : [])),
  );
  return found.flat().map((file) => path.relative(base, file));
}
