import type { Database } from '@/lib/db/open-database';
import { isActive, RUN_STATUSES, RunId } from '@/lib/domain/run';

export type LostRun = { readonly runId: RunId; readonly attempt: number; readonly reason: string };

type Deps = {
  readonly now: () => number;
  readonly steadyNow: () => number;
  readonly host: string;
  readonly isAlive: (pid: number) => boolean;
};

/**
 * Finds active runs whose process is gone. A process that exists on this machine but is silent is given up only after
 * the caller has watched it being silent: when a laptop wakes, every heartbeat is old though every run goes on.
 */
export function createLostRunFinder(
  db: Database,
  deps: Deps,
): (silentMs: number) => Promise<readonly LostRun[]> {
  let watched = new Map<number, { readonly heartbeat: number; readonly since: number }>();

  return async (silentMs) => {
    const runs = await db.run.findMany({
      where: { status: { in: RUN_STATUSES.filter(isActive) }, attempt: { gt: 0 } },
      select: { id: true, attempt: true },
    });
    const attempts = await db.attempt.findMany({
      where: { OR: runs.map(({ id, attempt }) => ({ runId: id, number: attempt })) },
    });
    const silent = new Map<number, { readonly heartbeat: number; readonly since: number }>();
    const lost: LostRun[] = [];
    for (const { runId, number, pid, host, heartbeatAt } of attempts) {
      const heartbeat = heartbeatAt.getTime();
      const ageMs = deps.now() - heartbeat;
      const here = host === deps.host;
      const gone = here && !deps.isAlive(pid);
      let isLost = gone || (!here && ageMs > silentMs);
      if (!isLost && ageMs > silentMs) {
        const before = watched.get(runId);
        const since = before?.heartbeat === heartbeat ? before.since : deps.steadyNow();
        silent.set(runId, { heartbeat, since });
        isLost = deps.steadyNow() - since > silentMs;
      }
      if (!isLost) continue;
      const what = gone
        ? `The run process (pid ${pid}) has ended without a word.`
        : `The run process (pid ${pid} on ${host}) has been silent for ${Math.round(ageMs / 1000)} s.`;
      lost.push({
        runId: RunId.parse(runId),
        attempt: number,
        reason: `${what} Resume continues from the last checkpoint.`,
      });
    }
    watched = silent;
    return lost;
  };
}
