import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Datum } from '@/lib/rl/datum';
import { connectEmbedded, type EmbeddedConnection } from '@/lib/services/embedded/connect-embedded';
import {
  ensureRunning,
  findRunning,
  isAlive,
  type ServiceLocation,
} from '@/lib/services/embedded/ensure-running';
import { readServiceRecord, serviceLogPath, serviceRecordPath } from '@/lib/services/embedded/service-record';
import type { ModelSpec, TrainStep } from '@/lib/services/training-service';
import { bundleEmbedded } from '@/lib/testing/bundle-embedded';

// The real service process with the real learner, started the way a run starts it.

let folder = '';
let bundle = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'galley-process-'));
  bundle = await bundleEmbedded(path.join(folder, 'build'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

let dataDir = '';
const pids = new Set<number>();
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(folder, 'data-'));
});
afterEach(async () => {
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  pids.clear();
  const record = await readServiceRecord(serviceRecordPath(dataDir));
  if (record !== null && isAlive(record.pid)) process.kill(record.pid, 'SIGKILL');
});

const never = new AbortController().signal;
const shape = { modelWidth: 32, layers: 1, heads: 2, context: 32 };
const spec: ModelSpec = { baseModel: 'embedded', tuning: { kind: 'full' }, seed: 3 };

const location = (): ServiceLocation => ({ dataDir, root: folder, bundle });

function connect(modelName = 'run-1'): EmbeddedConnection {
  return connectEmbedded({ ...location(), modelName, shape, threads: 1 });
}

async function pidOfService(): Promise<number> {
  const record = await readServiceRecord(serviceRecordPath(dataDir));
  if (record === null) throw new Error('no service is recorded');
  pids.add(record.pid);
  return record.pid;
}

function step(number: number): TrainStep {
  const tokens = Int32Array.from([97, 98, 99, 100 + number, 257]);
  const datum: Datum = { tokens, weights: Float32Array.of(0, 0, 1, 1, 1) };
  return {
    operationId: `step-${number}`,
    batch: [datum, datum],
    loss: { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 },
    optimizer: { learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, gradClip: 1 },
  };
}

test('concurrent starters of an empty folder end up with one service', async () => {
  const clients = await Promise.all([1, 2, 3].map(() => ensureRunning(location(), never)));
  const found = new Set(clients.map((client) => client.record.pid));
  expect(found.size).toBe(1);
  expect(found).toContain(await pidOfService());
  for (const client of clients) client.close();
});

test('the death of the service is "gone"; open and loadState then continue where the checkpoint was', async () => {
  const run = connect();
  await run.training.open(spec, never);
  await run.training.trainStep(step(1), never);
  const state = await run.training.saveState('step-1', never);
  const expected = await run.training.trainStep(step(2), never);

  const pid = await pidOfService();
  process.kill(pid, 'SIGKILL');
  await expect(run.training.trainStep(step(3), never)).rejects.toMatchObject({ kind: 'gone' });
  await expect(
    run.inference.generate({ prompt: 'a', maxTokens: 1, temperature: 0, stop: [], seed: 1 }, never),
  ).rejects.toMatchObject({ kind: 'gone' });

  await run.training.open(spec, never);
  expect(await pidOfService()).not.toBe(pid);
  await run.training.loadState(state, never);
  expect(await run.training.trainStep(step(2), never)).toEqual(expected);
  await run.training.close();
});

test('a record left behind by a dead service, or by another program, does not stand in the way', async () => {
  const stale = { pid: process.pid, port: 9, token: 'a-token-that-nobody-has', version: 1, build: 'old' };
  await mkdir(path.join(dataDir, 'embedded', 'claims'), { recursive: true });
  await writeFile(serviceRecordPath(dataDir), JSON.stringify(stale));
  await writeFile(path.join(dataDir, 'embedded', 'claims', '4.json'), JSON.stringify(stale));
  const client = await ensureRunning(location(), never);
  expect(client.record.pid).toBe(await pidOfService());
  expect(client.record.pid).not.toBe(process.pid);
  client.close();
});

test('the service ends by itself when it holds no model, and takes its record away', async () => {
  const client = await ensureRunning({ ...location(), serviceArguments: ['--idle-ms', '1'] }, never);
  const pid = await pidOfService();
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  expect(await readServiceRecord(serviceRecordPath(dataDir))).toBeNull();
  expect(await readFile(serviceLogPath(dataDir), 'utf8')).toContain('ending: no model for 0.001 s');
  client.close();
});

test('a service of an older build is replaced when it is idle, and kept while it trains', async () => {
  const old = path.join(folder, 'build', 'old.mjs');
  await writeFile(old, `${await readFile(bundle, 'utf8')}\n// older`);
  const busy = connectEmbedded({ ...location(), bundle: old, modelName: 'run-1', shape, threads: 1 });
  await busy.training.open(spec, never);
  const oldPid = await pidOfService();

  const beside = connect('run-2');
  await beside.training.open(spec, never);
  expect(await pidOfService()).toBe(oldPid);
  await busy.training.trainStep(step(1), never);
  await busy.training.close();
  await beside.training.close();

  const after = await ensureRunning(location(), never);
  expect(after.record.pid).not.toBe(oldPid);
  expect(after.record.pid).toBe(await pidOfService());
  after.close();
});

test('a bundle that is missing or broken is reported with what to do or with the end of the log', async () => {
  await expect(
    ensureRunning({ ...location(), bundle: path.join(folder, 'none.mjs') }, never),
  ).rejects.toThrow(/not built.*npm start/);
  const broken = path.join(folder, 'broken.mjs');
  await writeFile(broken, 'throw new Error("the kernels are missing")');
  await expect(ensureRunning({ ...location(), bundle: broken }, never)).rejects.toThrow(
    /could not be started.*the kernels are missing/s,
  );
});

test('the log and the record are for their owner only, and the log holds no token', async () => {
  const client = await ensureRunning(location(), never);
  await pidOfService();
  const log = await readFile(serviceLogPath(dataDir), 'utf8');
  expect(log).toContain('listening on 127.0.0.1:');
  expect(log).not.toContain(client.record.token);
  client.close();
});

test('nobody is found in an empty folder', async () => {
  expect(await findRunning(dataDir, never)).toBeNull();
});
