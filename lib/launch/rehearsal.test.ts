import { rm } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { isFinished, type Run } from '@/lib/domain/run';
import type { Env } from '@/lib/env';
import { readCertificate } from '@/lib/rehearsal/certificate-file';
import { PROTOCOL_RULES } from '@/lib/rehearsal/protocol-rules';
import { RehearsalScale } from '@/lib/rehearsal/rehearsal-scale';
import type { RunStore } from '@/lib/run-store/run-store';
import { ensureRunning } from '@/lib/services/embedded/ensure-running';
import { bundledRoot } from '@/lib/testing/process-bundles';
import { launchPlace } from '@/lib/testing/launch-place';
import type { Launcher } from './launch';

// The shipped recipe's variants for services that are not here, in real processes.

const SCALE = RehearsalScale.parse({ steps: 2, batchSize: 4, rollouts: 2 });

const root = bundledRoot();
let env: Env;
let runStore: RunStore;
let launcher: Launcher;

beforeEach(async () => {
  ({ env, runStore, launcher } = await launchPlace(root()));
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
  const service = await ensureRunning({ dataDir: env.dataDir, root: root(), serviceArguments }, signal);
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
