import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { isFinished, type Run } from '@/lib/domain/run';
import { type Env, readEnv } from '@/lib/env';
import { readCertificate } from '@/lib/rehearsal/certificate-file';
import { PROTOCOL_RULES } from '@/lib/rehearsal/protocol-rules';
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

/** What a rehearsal of each of the recipe's variants makes sure of. */
const CHECKS = [
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
];

test.each([
  {
    variant: 'tinker',
    protocol: 'Tinker',
    // a key is known by its name alone
    told: { key: 'service.tinker_service.api_key', from: { $secret: 'TINKER_API_KEY' } },
  },
  { variant: 'weaver', protocol: 'Weaver', told: { key: 'service.weaver_service.base_url' } },
  {
    variant: 'self_hosted',
    protocol: PROTOCOL_RULES.self_hosted?.protocol,
    told: { key: 'service.inference_service.base_url' },
  },
])(
  'the $variant variant is rehearsed over its own protocol without a key or an address, and certified',
  async ({ variant, protocol, told }) => {
    const run = await launcher.launch({ ...request(`pig_latin/${variant}.yaml`), rehearsal: SCALE });
    expect(run).toMatchObject({ rehearsal: protocol, backend: variant, totalSteps: 2 });
    expect(await ended(run)).toMatchObject({ reason: null, status: 'succeeded' });

    const certificate = await readCertificate(env.dataDir, run.id);
    expect(certificate?.checks.map(({ id, result }) => `${id}: ${result}`)).toEqual(CHECKS);
    expect(certificate?.ok).toBe(true);
    const batch = { key: 'data.batch_size', from: 64, to: 4 };
    for (const each of [told, batch])
      expect(certificate?.notExercised).toContainEqual(expect.objectContaining(each));
  },
  120_000,
);

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
