import { isFinished, type RunId } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import { EXIT, type ExitCode, exitCodeOfStatus } from '../exit-code';
import { followRun } from '../follow-run';
import type { CommandContext } from '../session';
import { withSession } from '../with-session';

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
