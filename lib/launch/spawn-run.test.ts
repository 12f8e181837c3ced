import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { type Env, readEnv } from '@/lib/env';
import { createRunStore } from '@/lib/run-store/create-run-store';
import type { RunStore } from '@/lib/run-store/run-store';
import { processBundle } from '@/lib/shared/process-bundle';
import { aNewRun } from '@/lib/testing/builders';
import { testDatabase } from '@/lib/testing/test-database';
import { runLogFile, spawnRun } from './spawn-run';

let runStore: RunStore;
let env: Env;

beforeEach(async () => {
  const { db, folder } = await testDatabase();
  runStore = createRunStore(db);
  env = readEnv({ GALLEY_ROOT: folder });
});

/** Stands in for the run process, which needs a whole recipe. */
function writeRunProcess(code: string): void {
  const bundle = processBundle(env.root, 'orchestrator/main');
  mkdirSync(path.dirname(bundle), { recursive: true });
  writeFileSync(bundle, code);
}

test('a run process that dies before it takes the run fails the run with what it said', async () => {
  writeRunProcess(`console.error('no such thing as ' + process.argv.slice(2).join(' ')); process.exit(3);`);
  const run = await runStore.create(aNewRun());
  await spawnRun({ env, runStore }, run);
  const events = await runStore.events({ runs: [run.id], after: 0, limit: 10 });
  const reasons = events.flatMap((event) => (event.kind === 'status' ? [event.reason ?? ''] : []));
  expect((await runStore.get(run.id)).status).toBe('failed');
  expect(reasons.at(-1)).toContain('ended with code 3');
  expect(reasons.at(-1)).toContain(`no such thing as --run ${run.id}`);
  expect(reasons.at(-1)).toContain(runLogFile(env, run.id));
});

test('a run that somebody stopped in the meantime stays stopped', async () => {
  writeRunProcess(`process.exit(1);`);
  const run = await runStore.create(aNewRun());
  await runStore.command(run.id, 'stop');
  await spawnRun({ env, runStore }, run);
  expect((await runStore.get(run.id)).status).toBe('stopped');
});

test('the run process gets the folders of this process, whatever its own environment says', async () => {
  writeRunProcess(
    `import fs from 'node:fs'; fs.writeFileSync('seen', [process.env.GALLEY_DATA_DIR, process.env.GALLEY_DATABASE_URL].join());`,
  );
  const run = await runStore.create(aNewRun());
  await spawnRun({ env, runStore }, run);
  expect(readFileSync(path.join(env.root, 'seen'), 'utf8')).toBe(`${env.dataDir},${env.databaseUrl}`);
});
