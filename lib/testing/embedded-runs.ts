import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import type { RunId } from '@/lib/domain/run';
import { childEnvironment } from '@/lib/env';
import { processBundle } from '@/lib/shared/process-bundle';
import { endEmbeddedService } from './end-embedded-service';
import { type OrchestratedRun, orchestratedRuns } from './orchestrated-run';
import { buildProcessBundles } from './process-bundles';
import { testDatabase } from './test-database';

/** A model that trains in a second or two, without validation. */
export const SMALL = {
  service: { embedded_service: { model: { width: 16, layers: 1, heads: 2, context: 16 }, threads: 1 } },
  validate: { validate_before_train: false, data: null },
};

/** Runs in bundled processes on the real embedded service, which ends with the test. */
export async function embeddedRuns(): Promise<
  OrchestratedRun & { readonly start: (runId: RunId) => ChildProcess }
> {
  const runs = await orchestratedRuns(await testDatabase());
  const { env } = runs;
  await buildProcessBundles(env.root);
  onTestFinished(() => endEmbeddedService(env.dataDir));
  const start = (runId: RunId): ChildProcess =>
    spawn(process.execPath, [processBundle(env.root, 'orchestrator/main'), '--run', String(runId)], {
      env: childEnvironment(env),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  return { ...runs, start };
}
