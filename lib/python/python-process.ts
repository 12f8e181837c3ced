import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createFrameReader, encodeFrame } from './frames';
import { type FromPython, PythonFrame, type ToPython } from './protocol';

/** Of the error stream, kept to say why a process ended. */
const LAST_LINES = 12;
const MAX_LINE_CHARACTERS = 4000;
/** Calls that the process has not read wait in its pool rather than here. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** A process that is asked to end may still finish a call and run its exit handlers. */
const END_MS = 1500;

export type PythonProcessOptions = {
  /** Name or path of the interpreter. */
  readonly command: string;
  /** Folder with galley_main.py. */
  readonly hostFolder: string;
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
};

export type PythonProcessEvents = {
  /** Messages of one frame, in order. */
  readonly onMessages: (messages: readonly FromPython[]) => void;
  /** A line on the real error stream: of C code, of processes that the code starts, of a crash. */
  readonly onLine: (line: string) => void;
  readonly onRoom: () => void;
  /** The process has ended and all of its messages were delivered. */
  readonly onExit: (how: string) => void;
};

/** One life of a Python process. */
export type PythonProcess = {
  readonly pid: number | undefined;
  /** One frame. */
  send(messages: readonly ToPython[]): void;
  /** Whether the pipe has taken most of what was sent; when it has not, `onRoom` tells when it has. */
  hasRoom(): boolean;
  kill(): void;
  /** Asks it to end, and ends it when it does not. */
  end(): void;
};

export function startPythonProcess(
  options: PythonProcessOptions,
  events: PythonProcessEvents,
): PythonProcess {
  const script = path.join(options.hostFolder, 'galley_main.py');
  const child = spawn(options.command, ['-X', 'utf8', '-B', script], {
    cwd: options.cwd,
    env: options.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    // a group of its own: what the code has started ends with it, and Ctrl-C in a terminal is for Node alone
    detached: true,
  });
  const { stdin, stdout, stderr } = child;
  const lastLines: string[] = [];
  let problem: string | null = null;
  let endTimer: NodeJS.Timeout | null = null;
  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  };
  createInterface({ input: stderr, crlfDelay: Infinity }).on('line', (line) => {
    lastLines.push(line.slice(0, MAX_LINE_CHARACTERS));
    if (lastLines.length > LAST_LINES) lastLines.shift();
    events.onLine(line.slice(0, MAX_LINE_CHARACTERS));
  });
  const reader = createFrameReader();
  stdout.on('data', (chunk: Buffer) => {
    try {
      for (const value of reader.read(chunk)) events.onMessages(PythonFrame.parse(value));
    } catch (error) {
      problem = `it wrote to Galley's own channel: ${error instanceof Error ? error.message : String(error)}`;
      stdout.removeAllListeners('data').resume();
      kill();
    }
  });
  child.on('error', (error) => (problem = error.message));
  child.on('exit', kill);
  // 'close' comes after the last byte of every stream, so no finished call is taken for a lost one
  child.on('close', (code, signal) => {
    if (endTimer !== null) clearTimeout(endTimer);
    events.onExit([problem ?? signal ?? `exit code ${code ?? 0}`, ...lastLines].join('\n'));
  });
  // writing to a process that has just ended is no news: its exit is
  stdin.on('error', () => undefined);
  stdin.on('drain', events.onRoom);
  return {
    pid: child.pid,
    send: (messages) => {
      if (stdin.writable) stdin.write(encodeFrame(messages));
    },
    hasRoom: () => stdin.writableLength < MAX_WAITING_BYTES,
    kill,
    end: () => {
      stdin.end();
      endTimer ??= setTimeout(kill, END_MS);
    },
  };
}
