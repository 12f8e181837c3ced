import { randomUUID } from 'node:crypto';
import { formatDuration } from '@/lib/charts/format-time';
import { isActive, isFinished, type Run, type RunId } from '@/lib/domain/run';
import { WINDOW_STEPS } from '@/lib/insight/window-means';
import type { CliIo } from '../cli-io';
import { type ExitCode, exitCodeOfStatus } from '../exit-code';
import { followRun, waitForRun } from '../follow-run';
import { createRunProgress } from '../run-progress';
import { resolveEntry } from '../resolve-entry';
import { readRunSummary } from '../read-run-summary';
import type { RunSummary } from '../run-summary';
import type { CommandContext, Session } from '../session';
import { withSession } from '../with-session';

const CLAIM_TIMEOUT_MS = 15_000;

export type RunOptions = { readonly name?: string; readonly detach?: boolean; readonly json?: boolean };

/** `galley run <entry> [overrides…]` */
export async function runCommand(
  context: CommandContext,
  typed: { readonly entry: string; readonly overrides: readonly string[] },
  options: RunOptions,
): Promise<ExitCode> {
  const { io, env } = context;
  const entry = resolveEntry(typed.entry, { cwd: io.cwd, root: env.root, recipesDir: env.recipesDir });
  return withSession(context, async (session) => {
    const run = await session.launcher.launch({
      entry,
      overrides: typed.overrides,
      idempotencyKey: randomUUID(),
      ...(options.name === undefined ? {} : { name: options.name }),
    });
    io.err(`Run ${run.id}: ${run.name}, ${run.totalSteps} steps`);
    return followOrDetach({ io, session }, { id: run.id, after: 0 }, options);
  });
}

/** `galley resume <id>`: a paused run goes on, a finished one gets a new process. */
export async function resumeCommand(
  context: CommandContext,
  id: RunId,
  options: RunOptions,
): Promise<ExitCode> {
  return withSession(context, async (session) => {
    const after = await session.runStore.lastSeq();
    const run = await session.runStore.get(id);
    const isUnderWay = isActive(run.status);
    if (isUnderWay) await session.runStore.command(id, 'resume');
    else await session.launcher.resume(id);
    const from = isUnderWay ? `at step ${run.step} of ${run.totalSteps}` : 'from its last checkpoint';
    context.io.err(`Run ${id}: ${run.name}, goes on ${from}`);
    return followOrDetach({ io: context.io, session }, { id, after }, options);
  });
}

type Place = { readonly io: CliIo; readonly session: Session };

async function followOrDetach(
  place: Place,
  target: { readonly id: RunId; readonly after: number },
  options: RunOptions,
): Promise<ExitCode> {
  const run = options.detach === true ? await started(place, target.id) : await follow(place, target);
  const summary = await readRunSummary(place.session.metrics, run);
  if (options.json === true) place.io.out(JSON.stringify(summary));
  else if (isFinished(run.status)) place.io.out(describeSummary(run, summary));
  return exitCodeOfStatus(run.status);
}

/** With --detach this command still waits until the process has taken the run: a process that cannot start is an error here. */
async function started({ io, session }: Place, id: RunId): Promise<Run> {
  const run = await waitForRun(session.runStore, id, {
    isThere: ({ status }) => status !== 'queued',
    timeoutMs: CLAIM_TIMEOUT_MS,
  });
  io.err(`It goes on by itself. Watch: galley logs ${id} --follow; end: galley stop ${id}`);
  return run ?? session.runStore.get(id);
}

/** First Ctrl-C stops the run cleanly, the second leaves it alone and returns. */
async function follow({ io, session }: Place, target: { readonly id: RunId; readonly after: number }) {
  const leave = new AbortController();
  const progress = createRunProgress(io);
  let interrupts = 0;
  const stopListening = io.onInterrupt(() => {
    interrupts += 1;
    if (interrupts > 1) {
      leave.abort();
      return;
    }
    io.err(
      `\nStopping run ${target.id} (a checkpoint is written). Ctrl-C again to leave without waiting; galley resume ${target.id} continues it.`,
    );
    session.runStore.command(target.id, 'stop').catch((error: unknown) => {
      io.err(`It could not be asked to stop: ${error instanceof Error ? error.message : String(error)}`);
    });
  });
  try {
    return await followRun(session.runStore, target, { follower: progress, signal: leave.signal });
  } finally {
    stopListening();
    progress.finish();
  }
}

function describeSummary(run: Run, { reward, validation, seconds }: RunSummary): string {
  const lines = [
    `Run ${run.id} ${run.status} at step ${run.step} of ${run.totalSteps}, ${formatDuration(seconds)} of steps`,
  ];
  if (reward.first !== null) {
    lines.push(
      `  reward           ${show(reward.first)} → ${show(reward.last)}, best ${show(reward.best)} (means of ${WINDOW_STEPS} steps)`,
    );
  }
  if (validation.before !== null)
    lines.push(`  held-out reward  ${show(validation.before)} → ${show(validation.after)}`);
  return lines.join('\n');
}

function show(value: number | null): string {
  return value === null ? '—' : value.toFixed(3);
}
