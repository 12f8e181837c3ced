import type { CommandKind, RunPhase, RunStatus } from '@/lib/domain/run';
import type { LOG_LEVELS } from '@/lib/domain/run-event';
import type { Outage } from '@/lib/services/outage/outage-gate';
import type { RunWriter } from '@/lib/run-store/run-writer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { onAbort } from '@/lib/shared/on-abort';
import { createFailureLines } from './failure-lines';
import type { FailedRollout } from './rollout/rollout';
import type { RunState } from './run-state';
import { recordParts } from './trajectory-record';
import type { RolloutBatch } from './trajectory-pool/trajectory-pool';
import type { SavedCheckpoint } from './checkpoint/checkpoint-folder';

type Level = (typeof LOG_LEVELS)[number];

/** All that a run says, through the writer of its current attempt. */
export type Journal = {
  /** Number of the current attempt. */
  readonly attempt: number;
  log(level: Level, source: string, message: string): void;
  status(status: RunStatus, reason: string | null): void;
  progress(state: RunState, phase: RunPhase | null): void;
  /** A service is out, or, with null, back: the run says so until then. */
  outage(outage: Outage | null): void;
  metrics(step: number, values: Readonly<Record<string, number>>): void;
  /** In parts, each when little of what was said waits for the disk; a stop ends the waiting, not the writing. */
  rollouts(batch: RolloutBatch, scores: RolloutScores, stop: AbortSignal): Promise<void>;
  failedRollout(rollout: FailedRollout): void;
  checkpoint(saved: SavedCheckpoint): void;
  advise(code: string, message: string, step: number | null): void;
  /** Commands of this and every later attempt of the process. */
  onCommand(listener: (kind: CommandKind) => void): void;
  /** Waits until the store has taken enough of what was said. */
  drained(): Promise<void>;
  /** Goes on under a new attempt; what was said before is on disk first. */
  renew(startStep: number): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
};

type RolloutScores = Parameters<typeof recordParts>[1] & { readonly validation: boolean };

export type JournalOptions = {
  readonly writer: RunWriter;
  /** Closes the old writer's attempt in the store and opens the next. */
  readonly renew: (old: RunWriter, startStep: number) => Promise<RunWriter>;
};

export function createJournal(options: JournalOptions): Journal {
  let { writer } = options;
  const failures = createFailureLines();
  let onCommand: (kind: CommandKind) => void = () => undefined;
  const log = (level: Level, source: string, message: string): void =>
    writer.append({ kind: 'log', level, source, message });
  let last: Parameters<RunWriter['progress']>[0] = { step: 0, phase: null, trainSeconds: 0 };
  let isOut = false;
  const progress = (): void => writer.progress(isOut ? { ...last, phase: 'waiting' } : last);
  const listen = (): void => {
    writer.onCommand((kind) => onCommand(kind));
    // kept by the writer and stored with the rest, once the store takes anything again
    writer.onTrouble((message) => console.error(message));
  };
  return {
    get attempt() {
      return writer.attempt.number;
    },
    log,
    status: (status, reason) => writer.status(status, reason),
    progress: ({ step, trainSeconds }, phase) => {
      last = { step, phase, trainSeconds };
      progress();
    },
    outage: (outage) => {
      if (outage === null) log('info', 'service', 'The service answers again; the run goes on.');
      else if (!isOut) log('warning', 'service', outageText(outage));
      isOut = outage !== null;
      progress();
      writer.reason(outage === null ? null : outageText(outage));
    },
    metrics: (step, values) => writer.append({ kind: 'metrics', step, values: { ...values } }),
    rollouts: async (batch, scores, stop) => {
      await writeRollouts(writer, { batch, scores, stop });
      const hidden = failures.summary(batch.step, batch.failed);
      if (hidden !== null) log('warning', 'rollout', hidden);
    },
    failedRollout: (rollout) => {
      const line = failures.line(rollout);
      if (line !== null) log('warning', 'rollout', line);
    },
    checkpoint: (saved) => writer.checkpoint(saved),
    advise: (code, message, step) =>
      writer.append({ kind: 'advisory', severity: 'warning', code, message, step }),
    onCommand: (listener) => {
      onCommand = listener;
      listen();
    },
    drained: () => writer.drained(),
    renew: async (startStep) => {
      writer = await options.renew(writer, startStep);
      isOut = false;
      listen();
    },
    flush: () => writer.flush(),
    close: () => writer.close(),
  };
}

type Written = { readonly batch: RolloutBatch; readonly scores: RolloutScores; readonly stop: AbortSignal };

/** Through one writer to the end: an attempt that begins meanwhile gets none of them. */
async function writeRollouts(writer: RunWriter, { batch, scores, stop }: Written): Promise<void> {
  const shared = { validation: scores.validation, failed: batch.failed.length };
  let written = 0;
  for (const { rows, isLast } of recordParts(batch, scores)) {
    writer.trajectories(batch.step, { ...shared, rows, part: { written, isLast } });
    written += rows.length;
    await unlessStopped(writer.drained(), stop);
    // heartbeats, answers and the training request go on between two parts
    await nextTurn();
  }
}

function unlessStopped(work: Promise<void>, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(stop, resolve);
    if (stop.aborted) resolve();
    work.then(resolve, reject).finally(forget);
  });
}

function outageText({ service, problem, since, nextTryAt }: Outage): string {
  const clock = new Date(since).toISOString().slice(11, 19);
  const seconds = Math.max(1, Math.round((nextTryAt - Date.now()) / 1000));
  return `Waiting for the ${service} since ${clock} UTC, next try in ${seconds} s. ${problem}`;
}
