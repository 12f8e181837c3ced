import { randomUUID } from 'node:crypto';
import { formatDuration } from '@/lib/charts/format-time';
import { isActive, isFinished, type Run, type RunId } from '@/lib/domain/run';
import type { Certificate } from '@/lib/domain/rehearsal';
import { WINDOW_STEPS } from '@/lib/insight/window-means';
import { readCertificate } from '@/lib/rehearsal/certificate-file';
import { RehearsalScale } from '@/lib/rehearsal/rehearsal-scale';
import type { CliIo } from '../cli-io';
import { EXIT, type ExitCode, exitCodeOfStatus } from '../exit-code';
import { followRun, waitForRun } from '../follow-run';
import { renderCertificate } from '../render-certificate';
import { createRunProgress } from '../run-progress';
import { resolveEntry } from '../resolve-entry';
import { readRunSummary } from '../read-run-summary';
import type { RunSummary } from '../run-summary';
import type { CommandContext, Session } from '../session';
import { withSession } from '../with-session';

const CLAIM_TIMEOUT_MS = 15_000;

export type RunOptions = {
  readonly name?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
  readonly rehearse?: boolean;
  readonly rehearseSteps?: number;
  readonly rehearseBatch?: number;
  readonly rehearseRollouts?: number;
};

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
      ...rehearsalOf(options),
    });
    const what = run.rehearsal === null ? '' : `, a rehearsal over ${run.rehearsal}`;
    io.err(`Run ${run.id}: ${run.name}, ${run.totalSteps} steps${what}`);
    return followOrDetach({ io, session, dataDir: env.dataDir }, { id: run.id, after: 0 }, options);
  });
}

/** Any of its options asks for one. */
function rehearsalOf(options: RunOptions): { readonly rehearsal?: RehearsalScale } {
  const { rehearse, rehearseSteps: steps, rehearseBatch: batchSize, rehearseRollouts: rollouts } = options;
  const given = { steps, batchSize, rollouts };
  const isAsked = rehearse === true || Object.values(given).some((value) => value !== undefined);
  return isAsked ? { rehearsal: RehearsalScale.parse(given) } : {};
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
    const { io, env } = context;
    return followOrDetach({ io, session, dataDir: env.dataDir }, { id, after }, options);
  });
}

type Place = { readonly io: CliIo; readonly session: Session; readonly dataDir: string };

async function followOrDetach(
  place: Place,
  target: { readonly id: RunId; readonly after: number },
  options: RunOptions,
): Promise<ExitCode> {
  const run = options.detach === true ? await started(place, target.id) : await follow(place, target);
  const summary = await readRunSummary(place.session.metrics, run);
  const certificate = isFinished(run.status) ? await certificateOf(place, run) : null;
  if (options.json === true)
    place.io.out(JSON.stringify(certificate === null ? summary : { ...summary, certificate }));
  else if (isFinished(run.status)) place.io.out(describeSummary(run, summary));
  if (certificate === null) return exitCodeOfStatus(run.status);
  if (options.json !== true) place.io.out(`\n${renderCertificate(certificate)}`);
  return certificate.ok ? exitCodeOfStatus(run.status) : EXIT.runFailed;
}

async function certificateOf({ dataDir }: Place, { id, rehearsal }: Run): Promise<Certificate | null> {
  return rehearsal === null ? null : readCertificate(dataDir, id);
}

/** With --detach this command still waits until the process has taken the run: a process that cannot start is an error here. */
async function started({ io, session }: Omit<Place, 'dataDir'>, id: RunId): Promise<Run> {
  const run = await waitForRun(session.runStore, id, {
    isThere: ({ status }) => status !== 'queued',
    timeoutMs: CLAIM_TIMEOUT_MS,
  });
  io.err(`It goes on by itself. Watch: galley logs ${id} --follow; end: galley stop ${id}`);
  return run ?? session.runStore.get(id);
}

/** First Ctrl-C stops the run cleanly, the second leaves it alone and returns. */
async function follow(
  { io, session }: Omit<Place, 'dataDir'>,
  target: { readonly id: RunId; readonly after: number },
) {
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
  if (validation.before !== null || validation.after !== null)
    lines.push(`  held-out reward  ${show(validation.before)} → ${show(validation.after)}`);
  return lines.join('\n');
}

function show(value: number | null): string {
  return value === null ? '—' : value.toFixed(3);
}
