import type { RunId } from '@/lib/domain/run';
import { createTrajectoryStore } from '@/lib/trajectories/create-trajectory-store';

/** How often each row of the data was trained on, from what the run stored. */
export async function trainedRows(
  db: Parameters<typeof createTrajectoryStore>[0],
  runId: RunId,
  steps: number,
): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>();
  for (let step = 0; step < steps; step += 1) {
    const query = { runId, step, validation: false, sort: 'order', limit: 1000, offset: 0 } as const;
    const { rows } = await createTrajectoryStore(db).list(query);
    for (const group of new Set(rows.map((row) => row.group))) {
      const row = group.replace(/ \(\d+\)$/, '');
      times.set(row, (times.get(row) ?? 0) + 1);
    }
  }
  return times;
}
