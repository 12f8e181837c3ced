import type { Database } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';
import { TrajectoryRow } from '@/lib/domain/trajectory';
import { type AttemptStart, staleFrom } from '@/lib/run-store/stale-from';
import { AppError } from '@/lib/shared/app-error';
import type { Prisma, Trajectory as StoredTrajectory } from '@/prisma/generated/client';
import { unpackBlock, unpackBody } from './trajectory-block';
import type { TrajectoryQuery, TrajectoryStore } from './trajectory-store';

export function createTrajectoryStore(db: Database): TrajectoryStore {
  return {
    list: async (query) => {
      const group = query.group === undefined ? {} : { group: query.group };
      const where = { ...(await currentRows(db, query)), ...group };
      const [rows, total] = await Promise.all([
        db.trajectory.findMany({ where, orderBy: orderOf(query), take: query.limit, skip: query.offset }),
        db.trajectory.count({ where }),
      ]);
      return { rows: rows.map(rowOf), total };
    },
    whole: async (query) => {
      const where = await currentRows(db, query);
      const rows = await db.trajectory.findMany({ where, orderBy: { id: 'asc' } });
      const blockIds = [...new Set(rows.map(({ blockId }) => blockId))];
      const blocks = await db.trajectoryBlock.findMany({ where: { id: { in: blockIds } } });
      const bodies = new Map(blocks.map(({ id, data }) => [id, unpackBlock(data)]));
      return rows.flatMap((row) => {
        const body = bodies.get(row.blockId)?.[row.place];
        return body === undefined ? [] : { row: rowOf(row), body };
      });
    },
    prompts: async (query) => {
      const groups = await db.trajectory.groupBy({
        by: ['group'],
        where: { ...(await currentRows(db, query)), error: null },
        _avg: { reward: true },
        _count: true,
        _min: { id: true, promptPreview: true },
        orderBy: { _min: { id: 'asc' } },
      });
      return groups.map(({ group, _avg, _count, _min }) => ({
        group,
        prompt: _min.promptPreview ?? '',
        mean: _avg.reward ?? NaN,
        count: _count,
      }));
    },
    steps: async (runId, validation) => {
      // Blocks and not rows: a few per step instead of hundreds.
      const blocks = await db.trajectoryBlock.groupBy({
        by: ['step', 'attempt'],
        where: { runId, validation },
        orderBy: { step: 'asc' },
      });
      const attempts = await attemptsOf(db, runId);
      const current = blocks.filter(({ step, attempt }) => step < staleFrom(attempts, attempt));
      return [...new Set(current.map(({ step }) => step))];
    },
    get: async (runId, id) => {
      const found = await db.trajectory.findUnique({ where: { id, runId }, include: { block: true } });
      if (found === null) throw new AppError('not_found', `Run ${runId} has no rollout ${id}.`);
      return { row: rowOf(found), body: unpackBody(found.block.data, found.place) };
    },
  };
}

async function currentRows(
  db: Database,
  { runId, validation, step }: Pick<TrajectoryQuery, 'runId' | 'validation' | 'step'>,
) {
  return { runId, validation, step, attempt: { gte: await currentAttempt(db, runId, step) } };
}

async function attemptsOf(db: Database, runId: RunId): Promise<readonly AttemptStart[]> {
  return db.attempt.findMany({ where: { runId }, select: { number: true, startStep: true } });
}

/** The latest attempt that trained this step; what earlier ones left of it is stale. */
async function currentAttempt(db: Database, runId: RunId, step: number): Promise<number> {
  const attempts = await attemptsOf(db, runId);
  return Math.max(0, ...attempts.filter(({ startStep }) => startStep <= step).map(({ number }) => number));
}

function orderOf({ sort }: TrajectoryQuery): Prisma.TrajectoryOrderByWithRelationInput[] {
  const last = { id: 'asc' } as const;
  switch (sort) {
    case 'order':
      return [last];
    case 'reward':
      return [{ reward: 'asc' }, last];
    case '-reward':
      return [{ reward: 'desc' }, last];
    case 'advantage':
      return [{ advantage: { sort: 'asc', nulls: 'last' } }, last];
    case '-advantage':
      return [{ advantage: { sort: 'desc', nulls: 'last' } }, last];
    case 'tokens':
      return [{ completionTokens: 'asc' }, last];
    case '-tokens':
      return [{ completionTokens: 'desc' }, last];
  }
}

function rowOf(row: StoredTrajectory): TrajectoryRow {
  return TrajectoryRow.parse(row);
}
