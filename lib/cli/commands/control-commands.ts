import { isActive, isFinished, type CommandKind, type Run, type RunId } from '@/lib/domain/run';
import { EXIT, type ExitCode } from '../exit-code';
import { LOST_AFTER_MS } from '@/lib/launch/spawn-run';
import { waitForRun } from '../follow-run';
import type { CommandContext, Session } from '../session';
import { withSession } from '../with-session';

/** A stopping run finishes its step and writes a checkpoint. */
const STOP_TIMEOUT_MS = 60_000;
const PAUSE_TIMEOUT_MS = 60_000;
/** More than a machine ever runs at once. */
const ALL_RUNS = 1_000;

export type ControlOptions = { readonly json?: boolean };

/** `galley stop <id>` */
export async function stopCommand(
  context: CommandContext,
  id: RunId,
  options: ControlOptions,
): Promise<ExitCode> {
  return withSession(context, async (session) => {
    await session.runStore.markLost(LOST_AFTER_MS);
    const stopped = await stopOne(session, await session.runStore.get(id));
    return report(context, [stopped], options);
  });
}

/** `galley stop --all` */
export async function stopAllCommand(context: CommandContext, options: ControlOptions): Promise<ExitCode> {
  return withSession(context, async (session) => {
    await session.runStore.markLost(LOST_AFTER_MS);
    const { runs } = await session.runStore.list({ limit: ALL_RUNS });
    const going = runs.filter(({ status }) => status === 'queued' || isActive(status));
    if (going.length === 0) context.io.err('No run is going on.');
    return report(context, await Promise.all(going.map((run) => stopOne(session, run))), options);
  });
}

/** `galley pause <id>` */
export async function pauseCommand(
  context: CommandContext,
  id: RunId,
  options: ControlOptions,
): Promise<ExitCode> {
  return withSession(context, async (session) => {
    await session.runStore.command(id, 'pause');
    const isThere = ({ status }: Run): boolean => status === 'paused' || isFinished(status);
    const paused = await waitForRun(session.runStore, id, { isThere, timeoutMs: PAUSE_TIMEOUT_MS });
    return report(
      context,
      [
        {
          run: paused ?? (await session.runStore.get(id)),
          wanted: 'pause',
          done: paused?.status === 'paused',
        },
      ],
      options,
    );
  });
}

type Outcome = { readonly run: Run; readonly wanted: CommandKind; readonly done: boolean };

async function stopOne({ runStore }: Session, run: Run): Promise<Outcome> {
  if (isFinished(run.status)) return { run, wanted: 'stop', done: true };
  try {
    await runStore.command(run.id, 'stop');
  } catch (error) {
    // it may have ended by itself since it was looked up
    const now = await runStore.get(run.id);
    if (!isFinished(now.status)) throw error;
    return { run: now, wanted: 'stop', done: true };
  }
  const isThere = ({ status }: Run): boolean => isFinished(status);
  const stopped = await waitForRun(runStore, run.id, { isThere, timeoutMs: STOP_TIMEOUT_MS });
  return { run: stopped ?? (await runStore.get(run.id)), wanted: 'stop', done: stopped !== null };
}

function report({ io }: CommandContext, outcomes: readonly Outcome[], { json }: ControlOptions): ExitCode {
  if (json === true) {
    const results = outcomes.map(({ run }) => ({ id: run.id, status: run.status, step: run.step }));
    io.out(JSON.stringify(results));
  }
  for (const { run, wanted, done } of outcomes) {
    if (json !== true) io.out(`Run ${run.id}: ${run.status} at step ${run.step} of ${run.totalSteps}`);
    if (!done) {
      io.err(
        `Run ${run.id} was asked to ${wanted} but is still ${run.status}. Look at galley logs ${run.id}, and try again.`,
      );
    }
  }
  return outcomes.every(({ done }) => done) ? EXIT.done : EXIT.notPossible;
}
