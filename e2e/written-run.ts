import { pathToFileURL } from 'node:url';
import { openDatabase } from '@/lib/db/open-database';
import { readEnv } from '@/lib/env';
import { claimRun } from '@/lib/run-store/claim-run';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { openRunWriter } from '@/lib/run-store/open-run-writer';
import type { NewRun } from '@/lib/run-store/run-store';
import { processBundle } from '@/lib/shared/process-bundle';
import { aNewRun, aNewTrajectory, aTrajectoryBody } from '@/lib/testing/builders';
import type { Curve } from '@/lib/testing/health-series';
import type { GalleyServer } from './galley-server';

export type WrittenRun = {
  readonly run: Partial<NewRun>;
  readonly steps: number;
  /** A value per step, by key. */
  readonly curves: Readonly<Record<string, Curve>>;
  /** Answers after the last step, one per held-out prompt. */
  readonly heldOut?: readonly { readonly prompt: string; readonly answer: string; readonly reward: number }[];
};

/** Writes a run that has succeeded, as its process would have; nothing is trained. */
export async function writeRun(galley: GalleyServer, written: WrittenRun): Promise<void> {
  const url = `file:${galley.databaseFile}`;
  const database = await openDatabase({ url });
  const { steps, curves } = written;
  try {
    const { id } = await createRunStore(database).create(aNewRun({ totalSteps: steps, ...written.run }));
    const { attempt } = await claimRun(database, { runId: id });
    const workerUrl = pathToFileURL(processBundle(readEnv().root, 'run-store/writer-worker'));
    const writer = await openRunWriter({ databaseUrl: url, attempt, workerUrl });
    writer.status('running', null);
    for (let step = 0; step < steps; step += 1) {
      const values = Object.fromEntries(Object.entries(curves).map(([key, curve]) => [key, curve(step)]));
      writer.append({ kind: 'metrics', step, values });
    }
    const rows = (written.heldOut ?? []).map(({ prompt, answer, reward }, row) =>
      aNewTrajectory({
        step: steps,
        validation: true,
        group: `task-${row}`,
        reward,
        advantage: null,
        promptPreview: prompt,
        completionPreview: answer,
        body: aTrajectoryBody({ prompt, completion: answer }),
      }),
    );
    if (rows.length > 0) writer.trajectories(steps, { validation: true, failed: 0, rows });
    writer.progress({ step: steps, phase: null, trainSeconds: steps });
    writer.status('succeeded', null);
    await writer.close();
  } finally {
    await database.$disconnect();
  }
}
