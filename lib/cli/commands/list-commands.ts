import { formatDuration } from '@/lib/charts/format-time';
import { isFinished, type Run, type RunId } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import { EXIT, type ExitCode, exitCodeOfStatus } from '../exit-code';
import { LOST_AFTER_MS } from '@/lib/launch/spawn-run';
import { followRun } from '../follow-run';
import type { CommandContext } from '../session';
import { withSession } from '../with-session';

/** `galley runs` */
export async function runsCommand(
  context: CommandContext,
  options: { readonly limit: number; readonly json?: boolean },
): Promise<ExitCode> {
  return withSession(context, async (session) => {
    await session.runStore.markLost(LOST_AFTER_MS);
    const { runs, total } = await session.runStore.list({ limit: options.limit });
    if (options.json === true) context.io.out(JSON.stringify(runs));
    else if (runs.length === 0)
      context.io.out('No runs yet. Start one: galley run recipes/pig_latin/embedded.yaml');
    else context.io.out(formatTable(runs));
    if (options.json !== true && total > runs.length) {
      context.io.err(`${runs.length} of ${total}; more with --limit.`);
    }
    return EXIT.done;
  });
}

function formatTable(runs: readonly Run[]): string {
  const rows = [
    ['id', 'status', 'step', 'in steps', 'recipe', 'started', 'name'],
    ...runs.map((run) => [
      String(run.id),
      run.status,
      `${run.step}/${run.totalSteps}`,
      formatDuration(run.trainSeconds),
      `${run.recipe}/${run.variant}`,
      (run.startedAt ?? run.createdAt).slice(0, 19).replace('T', ' '),
      run.name,
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `galley logs <id>` */
export async function logsCommand(
  context: CommandContext,
  id: RunId,
  options: { readonly limit: number; readonly follow?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  const { io } = context;
  const print = (event: RunEvent): void => {
    const line = options.json === true ? JSON.stringify(event) : formatEvent(event);
    if (line !== null) io.out(line);
  };
  const leave = new AbortController();
  const stopListening = options.follow === true ? io.onInterrupt(() => leave.abort()) : () => undefined;
  return withSession(context, async ({ runStore }) => {
    const run = await runStore.get(id);
    const after = await runStore.lastSeq();
    (await runStore.logs(id, { limit: options.limit })).forEach(print);
    if (options.follow !== true || isFinished(run.status)) return EXIT.done;
    const follower = { onEvents: (events: readonly RunEvent[]) => events.filter(isSpoken).forEach(print) };
    const end = await followRun(runStore, { id, after }, { follower, signal: leave.signal });
    return leave.signal.aborted ? EXIT.done : exitCodeOfStatus(end.status);
  }).finally(stopListening);
}

function isSpoken({ kind }: RunEvent): boolean {
  return kind === 'log' || kind === 'status' || kind === 'advisory';
}

function formatEvent(event: RunEvent): string | null {
  const time = event.time.slice(11, 19);
  if (event.kind === 'log') return `${time} ${event.level.padEnd(7)} ${event.source}: ${event.message}`;
  if (event.kind === 'advisory') return `${time} ${event.severity.padEnd(7)} ${event.code}: ${event.message}`;
  if (event.kind === 'status')
    return `${time} status  ${event.status}${event.reason === null ? '' : `: ${event.reason}`}`;
  return null;
}
