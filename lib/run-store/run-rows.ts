import { z } from 'zod';
import { Attempt, Checkpoint, Run } from '@/lib/domain/run';
import { RunEvent } from '@/lib/domain/run-event';
import type {
  Attempt as AttemptRow,
  Checkpoint as CheckpointRow,
  Event as EventRow,
  Run as RunRow,
} from '@/prisma/generated/client';

const Json = z.string().transform((text): unknown => JSON.parse(text));
const JsonObject = Json.pipe(z.record(z.string(), z.unknown()));

export function runOf(row: RunRow): Run {
  return Run.parse({
    ...row,
    overrides: Json.parse(row.overrides),
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    heartbeatAt: row.heartbeatAt?.toISOString() ?? null,
    tags: Json.parse(row.tags),
    isPinned: row.pinnedAt !== null,
    isArchived: row.archivedAt !== null,
    isDeleted: row.deletedAt !== null,
  });
}

export function attemptOf(row: AttemptRow): Attempt {
  return Attempt.parse({
    ...row,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    heartbeatAt: row.heartbeatAt.toISOString(),
  });
}

export function checkpointOf(row: CheckpointRow): Checkpoint {
  return Checkpoint.parse({ ...row, createdAt: row.createdAt.toISOString() });
}

export function eventOf(row: EventRow): RunEvent {
  const { seq, runId, attempt, kind, time } = row;
  return RunEvent.parse({
    ...JsonObject.parse(row.body),
    seq,
    runId,
    attempt,
    kind,
    time: time.toISOString(),
  });
}
