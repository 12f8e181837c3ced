import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { isFinished, type Run } from '@/lib/domain/run';
import { type Env, readEnv } from '@/lib/env';
import { readCertificate } from '@/lib/rehearsal/certificate-file';
import { RehearsalScale } from '@/lib/rehearsal/rehearsal-scale';
import { createRunStore } from '@/lib/run-store/create-run-store';
import type { RunStore } from '@/lib/run-store/run-store';
import { ensureRunning } from '@/lib/services/embedded/ensure-running';
import { endEmbeddedService } from '@/lib/testing/end-embedded-service';
import { buildProcessBundles } from '@/lib/testing/process-bundles';
import { testDatabase } from '@/lib/testing/test-database';
import { createLauncher } from './create-launcher';
import type { Launcher } from './launch';

// The shipped recipe's variants for services that are not here, in real processes.

const RECIPES = fileURLToPath(new URL('../../recipes', import.meta.url));
const SCALE = RehearsalScale.parse({ steps: 2, batchSize: 4, rollouts: 2 });

let root: string;
let env: Env;
let runStore: RunStore;
let launcher: Launcher;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'galley-root-'));
  await buildProcessBundles(root);
}, 60_000);
afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach(async () => {
  const { db, url, folder } = await testDatabase();
  const recipes = path.join(folder, 'recipes');
  await cp(path.join(RECIPES, 'pig_latin'), path.join(recipes, 'pig_latin'), { recursive: true });
  env = readEnv({
    GALLEY_ROOT: root,
    GALLEY_DATA_DIR: path.join(folder, 'data'),
    GALLEY_RECIPES_DIR: recipes,
    GALLEY_DATABASE_URL: url,
  });
  runStore = createRunStore(db);
  launcher = createLauncher({ env, runStore });
  onTestFinished(() => endEmbeddedService(env.dataDir));
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
});

async function ended(run: Run): Promise<Run> {
  await expect
    .poll(async () => isFinished((await runStore.get(run.id)).status), { timeout: 90_000, interval: 100 })
    .toBe(true);
  return runStore.get(run.id);
}

const request = (entry: string, ...overrides: readonly string[]) => ({
  entry,
  overrides,
  idempotencyKey: `of ${entry}`,
});

test('a Tinker variant is rehearsed over Tinker’s protocol without a key, and certified', async () => {
  const run = await launcher.launch({ ...request('pig_latin/tinker.yaml'), rehearsal: SCALE });
  expect(run).toMatchObject({ rehearsal: 'Tinker', backend: 'tinker', totalSteps: 2 });
  expect(await ended(run)).toMatchObject({ reason: null, status: 'succeeded' });

  const certificate = await readCertificate(env.dataDir, run.id);
  expect(certificate?.checks.map(({ id, result }) => `${id}: ${result}`)).toEqual([
    'services: pass',
    'sampling: pass',
    'evaluator: pass',
    'reward: pass',
    'training: pass',
    'loss: pass',
    'weights: pass',
    'checkpoint: pass',
    'validation: pass',
    'end: pass',
  ]);
  expect(certificate?.ok).toBe(true);
  const substituted = new Map(certificate?.notExercised.map((each) => [each.key, each]));
  expect(substituted.get('service.tinker_service.api_key')?.from).toEqual({ $secret: 'TINKER_API_KEY' });
  expect(substituted.get('data.batch_size')).toMatchObject({ from: 64, to: 4 });
}, 120_000);

test('a Tinker variant that was rehearsed needs its key and an address, and nothing else', async () => {
  const signal = AbortSignal.timeout(30_000);
  const serviceArguments = ['--stand-in', 'Qwen/Qwen3-8B'];
  const service = await ensureRunning({ dataDir: env.dataDir, root, serviceArguments }, signal);
  vi.stubEnv('TINKER_BASE_URL', `http://127.0.0.1:${service.record.port}`);
  vi.stubEnv('TINKER_API_KEY', `tml-${service.record.token}`);
  service.close();
  // it holds the place of the key, which the environment has
  await rm(path.join(env.recipesDir, 'pig_latin/tinker.env.sh'));
  // the plan alone is smaller, so that the test is soon over
  const plan = [
    'trainer.total_train_steps=1',
    'data.batch_size=4',
    'validate.validate_before_train=false',
    'validate.data=null',
  ];
  const run = await launcher.launch(request('pig_latin/tinker.yaml', ...plan));
  expect(await ended(run)).toMatchObject({ reason: null, status: 'succeeded', rehearsal: null });
}, 120_000);
