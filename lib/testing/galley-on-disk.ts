import { onTestFinished } from 'vitest';
import { runCli } from '@/lib/cli/run-cli';
import type { Run } from '@/lib/domain/run';
import type { TrajectoryBody, TrajectoryRow } from '@/lib/domain/trajectory';
import { type Env, readEnv } from '@/lib/env';
import { createLauncher } from '@/lib/launch/create-launcher';
import { createMetricStore } from '@/lib/metrics/create-metric-store';
import { createRunTable } from '@/lib/run-table/create-run-table';
import { createRunStore } from '@/lib/run-store/create-run-store';
import type { RunStore } from '@/lib/run-store/run-store';
import { createTrajectoryStore } from '@/lib/trajectories/create-trajectory-store';
import { endEmbeddedService } from './end-embedded-service';
import { buildProcessBundles } from './process-bundles';
import { testDatabase } from './test-database';

export type GalleyOnDisk = {
  readonly env: Env;
  readonly runStore: RunStore;
  /** The command line, with the real launcher and real processes; what it said on both streams. */
  readonly galley: (...args: readonly string[]) => Promise<{ readonly code: number; readonly said: string }>;
  /** Of the newest run, with the rollouts of its first step. */
  readonly newest: () => Promise<{
    readonly run: Run;
    readonly rollouts: readonly { readonly row: TrajectoryRow; readonly body: TrajectoryBody }[];
  }>;
};

/** A Galley of its own in a temporary folder, from today's sources; everything ends with the test. */
export async function galleyOnDisk({ python }: { readonly python: string | null }): Promise<GalleyOnDisk> {
  const { db, url, folder } = await testDatabase();
  const env = readEnv({
    GALLEY_ROOT: folder,
    GALLEY_DATABASE_URL: url,
    ...(python === null ? {} : { GALLEY_PYTHON: python }),
  });
  await buildProcessBundles(folder);
  onTestFinished(() => endEmbeddedService(env.dataDir));
  const runStore = createRunStore(db);
  const trajectories = createTrajectoryStore(db);
  const session = {
    runStore,
    metrics: createMetricStore(db),
    trajectories: createTrajectoryStore(db),
    launcher: createLauncher({ env, runStore }),
    runTable: createRunTable(db),
    close: () => Promise.resolve(),
  };
  return {
    env,
    runStore,
    galley: async (...args) => {
      const said: string[] = [];
      const say = (text: string): void => void said.push(text);
      const io = {
        cwd: folder,
        isTerminal: false,
        out: say,
        err: say,
        readSecret: () => Promise.resolve(''),
        onInterrupt: () => () => undefined,
      };
      const code = await runCli({ io, env, open: () => Promise.resolve(session) }, [
        'node',
        'galley',
        ...args,
      ]);
      return { code, said: said.join('\n') };
    },
    newest: async () => {
      const [run] = (await runStore.list({ limit: 1 })).runs;
      if (run === undefined) throw new Error('No run was launched.');
      const query = {
        runId: run.id,
        step: 0,
        validation: false,
        sort: 'order',
        limit: 1000,
        offset: 0,
      } as const;
      const { rows } = await trajectories.list(query);
      return { run, rollouts: await Promise.all(rows.map(({ id }) => trajectories.get(run.id, id))) };
    },
  };
}
