import { hostname } from 'node:os';
import type { Database } from '@/lib/db/open-database';
import type { CommandKind, Run, RunId, RunStatus, Checkpoint } from '@/lib/domain/run';
import { AppError } from '@/lib/shared/app-error';
import { readMutes, writeMute } from './advisory-mutes';
import { appendLog } from './append-log';
import { createRun } from './create-run';
import { createLostRunFinder } from './find-lost-runs';
import { isProcessAlive } from './is-process-alive';
import { unpackSnapshot } from './recipe-snapshot';
import { attemptOf, checkpointOf, eventOf, runOf } from './run-rows';
import { readAdvisories } from './read-advisories';
import type { RunStore } from './run-store';
import { staleFrom } from './stale-from';
import { statusStatements, type StatusChange } from './status-statements';

export type RunStoreDeps = {
  readonly now?: () => number;
  /** Steady clock that stands still while the machine sleeps. */
  readonly steadyNow?: () => number;
  readonly host?: string;
  readonly isAlive?: (pid: number) => boolean;
};

const DEFAULT_LIST_LIMIT = 50;

export function createRunStore(db: Database, deps: RunStoreDeps = {}): RunStore {
  const now = deps.now ?? Date.now;
  const findLostRuns = createLostRunFinder(db, {
    now,
    steadyNow: deps.steadyNow ?? (() => performance.now()),
    host: deps.host ?? hostname(),
    isAlive: deps.isAlive ?? isProcessAlive,
  });
  const get = (id: RunId): Promise<Run> => getRun(db, id);

  return {
    create: (run) => createRun(db, run, new Date(now())),
    get,
    list: (filter = {}) => listRuns(db, filter),
    snapshot: async (id) => {
      const row = await db.recipeSnapshot.findUnique({ where: { runId: id } });
      if (row === null) throw noSuchRun(id);
      return unpackSnapshot(row.data);
    },
    attempts: async (id) => {
      await get(id);
      return (await db.attempt.findMany({ where: { runId: id }, orderBy: { number: 'asc' } })).map(attemptOf);
    },
    checkpoints: (id) => currentCheckpoints(db, id),
    log: (id, source, lines) => appendLog(db, id, { source, lines, time: new Date(now()) }),
    transition: async (id, to, reason) => {
      if (await setStatus(db, { runId: id, to, reason, time: new Date(now()) })) return get(id);
      const { status } = await get(id);
      if (status === 'succeeded' && to === 'queued') {
        throw new AppError(
          'conflict',
          `Run ${id} has succeeded: all of its steps are done, and there is nothing to resume.`,
        );
      }
      throw new AppError('conflict', `Run ${id} is ${status}; it cannot become ${to}.`);
    },
    command: (id, kind) => writeCommand(db, { id, kind, time: new Date(now()) }),
    events: async ({ runs, after, limit }) => {
      const where = { seq: { gt: after }, ...(runs === 'all' ? {} : { runId: { in: [...runs] } }) };
      return (await db.event.findMany({ where, orderBy: { seq: 'asc' }, take: limit })).map(eventOf);
    },
    logs: async (id, { before, limit }) => {
      const seq = before === undefined ? {} : { seq: { lt: before } };
      const where = { runId: id, kind: 'log', ...seq };
      const newest = await db.event.findMany({ where, orderBy: { seq: 'desc' }, take: limit });
      return newest.toReversed().map(eventOf);
    },
    identity: async (id) => {
      const select = { idempotencyKey: true, createdAt: true };
      const found = await db.run.findUnique({ where: { id }, select });
      if (found === null) throw noSuchRun(id);
      return `${found.idempotencyKey} ${found.createdAt.toISOString()}`;
    },
    statusSince: async (id) => {
      const where = { runId: id, kind: 'status' };
      const newest = await db.event.findFirst({ where, orderBy: { seq: 'desc' }, select: { time: true } });
      return newest?.time.toISOString() ?? null;
    },
    advisories: (id) => readAdvisories(db, id),
    mutes: (id) => readMutes(db, id),
    mute: async (id, change) => writeMute(db, (await get(id)).id, { ...change, time: new Date(now()) }),
    lastSeq: async () => (await db.event.aggregate({ _max: { seq: true } }))._max.seq ?? 0,
    markLost: async (silentMs) => {
      const marked: RunId[] = [];
      for (const { runId, attempt, reason } of await findLostRuns(silentMs)) {
        const lost = { runId, to: 'lost', reason, time: new Date(now()), attempt } as const;
        if (await setStatus(db, lost)) marked.push(runId);
      }
      return marked;
    },
  };
}

async function currentCheckpoints(db: Database, id: RunId): Promise<readonly Checkpoint[]> {
  const found = await db.run.findUnique({
    where: { id },
    select: { attempts: true, checkpoints: { orderBy: [{ step: 'desc' }, { attempt: 'desc' }] } },
  });
  if (found === null) throw noSuchRun(id);
  const isCurrent = ({ attempt, step }: { attempt: number; step: number }): boolean =>
    step <= staleFrom(found.attempts, attempt);
  return found.checkpoints.filter(isCurrent).map(checkpointOf);
}

function noSuchRun(id: RunId): AppError {
  return new AppError('not_found', `There is no run ${id}. \`galley runs\` lists those that exist.`);
}

async function getRun(db: Database, id: RunId): Promise<Run> {
  const row = await db.run.findUnique({ where: { id } });
  if (row === null) throw noSuchRun(id);
  return runOf(row);
}

async function listRuns(
  db: Database,
  filter: NonNullable<Parameters<RunStore['list']>[0]>,
): ReturnType<RunStore['list']> {
  const search = filter.search?.trim() ?? '';
  const contains = { contains: search };
  const id = /^#?\d{1,15}$/.test(search) ? [{ id: Number(search.replace('#', '')) }] : [];
  const where =
    search === ''
      ? { deletedAt: null }
      : {
          deletedAt: null,
          OR: [...id, { name: contains }, { recipe: contains }, { variant: contains }, { model: contains }],
        };
  const [rows, total] = await Promise.all([
    db.run.findMany({
      where,
      orderBy: { id: 'desc' },
      take: filter.limit ?? DEFAULT_LIST_LIMIT,
      skip: filter.offset ?? 0,
    }),
    db.run.count({ where }),
  ]);
  return { runs: rows.map(runOf), total };
}

/** False when the run's status does not let it. */
async function setStatus(db: Database, change: StatusChange): Promise<boolean> {
  const statements = statusStatements(change);
  const [events] = await db.$transaction(
    statements.map(({ sql, args }) => db.$executeRawUnsafe(sql, ...args)),
  );
  return events === 1;
}

/** Statuses in which a run process can still act on a command. */
const LISTENING: Record<CommandKind, readonly RunStatus[]> = {
  stop: ['starting', 'running', 'pausing', 'paused'],
  pause: ['starting', 'running'],
  resume: ['pausing', 'paused'],
};

async function writeCommand(
  db: Database,
  command: { readonly id: RunId; readonly kind: CommandKind; readonly time: Date },
): Promise<void> {
  const { id, kind, time } = command;
  if (kind === 'stop') {
    const { status } = await getRun(db, id);
    const reason = 'Stopped before it started.';
    if (status === 'stopping') return;
    if (status === 'queued' && (await setStatus(db, { runId: id, to: 'stopped', reason, time }))) return;
  }
  const statuses = LISTENING[kind].map((status) => `'${status}'`).join(', ');
  const written = await db.$executeRawUnsafe(
    `INSERT INTO "Command" ("runId", "kind", "createdAt")
     SELECT "id", ?, ? FROM "Run" WHERE "id" = ? AND "status" IN (${statuses})`,
    kind,
    time,
    id,
  );
  if (written === 1) return;
  const { status } = await getRun(db, id);
  throw new AppError('conflict', `Run ${id} is ${status}; it cannot ${kind} now.`);
}
