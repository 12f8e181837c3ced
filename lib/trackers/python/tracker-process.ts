import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { TrackerRefusal } from '../tracker';

/** Of what the process printed, kept to say why it ended. */
const LAST_LINES = 4;
const MAX_LINE_CHARACTERS = 400;

const Answer = z.union([
  z.object({ ok: z.literal(true) }),
  z.object({ error: z.string() }),
  z.object({ refused: z.string() }),
]);

export type TrackerProcessOptions = {
  /** Interpreter, and the script with its arguments. */
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
};

/** One life of a process that answers each line with a line. */
export type TrackerProcess = {
  /** One at a time. Rejects with what was said, or how the process ended; a signal that comes first ends the process. */
  ask(message: unknown, signal: AbortSignal): Promise<void>;
  /** Lets it end by itself, as its input ends. */
  end(): void;
  kill(): void;
};

export function startTrackerProcess({ command, args, environment }: TrackerProcessOptions): TrackerProcess {
  const child = spawn(command, [...args], {
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const kill = (): void => killGroup(child);
  let answer: ((line: string | Error) => void) | null = null;
  let ended: Error | null = null;
  const printed: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => answer?.(line));
  createInterface({ input: child.stderr }).on('line', (line) => {
    printed.push(line.slice(0, MAX_LINE_CHARACTERS));
    if (printed.length > LAST_LINES) printed.shift();
  });
  const over = (how: string): void => {
    ended ??= new Error([`its process ended (${how}).`, ...printed].join(' '));
    answer?.(ended);
  };
  child.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT')
      ended = new TrackerRefusal(`there is no ${command}. Install Python, or set GALLEY_PYTHON.`);
    over(error.message);
  });
  child.on('close', (code, signal) => over(signal ?? `exit code ${code ?? 0}`));
  // writing to a process that has just ended is no news: its end is
  child.stdin.on('error', () => undefined);
  return {
    ask: async (message, signal) => {
      const line = await new Promise<string | Error>((resolve) => {
        if (ended !== null) {
          resolve(ended);
          return;
        }
        signal.addEventListener('abort', () => resolve(new Error('it does not answer.')), { once: true });
        answer = resolve;
        child.stdin.write(`${JSON.stringify(message)}\n`);
      });
      answer = null;
      if (signal.aborted) kill();
      if (line instanceof Error) throw line;
      const read = Answer.parse(JSON.parse(line));
      if ('refused' in read) throw new TrackerRefusal(read.refused);
      if ('error' in read) throw new Error(read.error);
    },
    end: () => child.stdin.end(),
    kill,
  };
}

/** What the package has started ends with it. */
function killGroup(child: ChildProcessWithoutNullStreams): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
