import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { RunId } from '@/lib/domain/run';
import { type RunProcess, startRunProcess } from '@/lib/orchestrator/run-process';
import { type Bandit, createBandit } from './bandit-services';
import { bundleForTest } from './bundle-for-test';
import { orchestratedRuns } from './orchestrated-run';
import { testDatabase, testWriterWorker } from './test-database';

/**
 * For a file of tests: the whole run process over the real store, the real writer and a real evaluator process; only
 * the model is small. What it gives makes a store of its own for each test.
 */
export function banditRuns() {
  let folder = '';
  let evaluatorChild = '';
  let scriptChild = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'galley-run-process-'));
    evaluatorChild = await bundleForTest('lib/evaluators/evaluator-child.ts', folder);
    scriptChild = await bundleForTest('lib/agents/code/script-child.ts', folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  return async () => {
    const database = await testDatabase();
    const runs = await orchestratedRuns(database);
    /** Without a bandit, on the services that the recipe names. */
    const startWith = (runId: RunId, bandit: Bandit | null): Promise<RunProcess> =>
      startRunProcess({
        env: runs.env,
        runId,
        evaluatorChild,
        scriptChild,
        writerWorker: testWriterWorker(),
        ...(bandit === null ? {} : { open: bandit.open }),
      });
    const start = (runId: RunId, bandit = createBandit()): Promise<RunProcess> => startWith(runId, bandit);
    const runToEnd = async (runId: RunId, bandit?: Bandit) => (await start(runId, bandit)).ended;
    const resume = async (runId: RunId, bandit?: Bandit) => {
      await runs.store.transition(runId, 'queued', null);
      return runToEnd(runId, bandit);
    };
    return { ...runs, db: database.db, start, startWith, runToEnd, resume };
  };
}

/** Waits for a call with this number, gives it to the test, and holds it until the test lets go. */
export function haltAt(name: keyof Bandit['calls'], number: number) {
  let letGo: () => void = () => undefined;
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const bandit = createBandit(async (call, count, signal) => {
    if (call !== name || count !== number) return;
    arrive();
    await Promise.race([held, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
  });
  return { bandit, arrived, letGo: () => letGo() };
}
