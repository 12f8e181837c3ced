import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Members } from './members';
import type { Interpreter } from './find-interpreter';
import type { PythonPool } from './python-pool';

/** Beyond this a pool of evaluators takes the cores from what it serves. */
const MAX_PROCESSES = 4;
const IDLE_MS = 60_000;
const CLOSE_MS = 5_000;

export type PythonPoolOptions = {
  readonly interpreter: Interpreter;
  /** Folder with `host/` and `shim/`; `pythonFolder(root)` in a built Galley. */
  readonly folder: string;
  /** Working directory of the code; absolute. */
  readonly cwd: string;
  /** All variables that the code sees. */
  readonly environment: NodeJS.ProcessEnv;
  /** Every line that the code prints, and tracebacks. */
  readonly onLine: (line: string) => void;
  readonly processes?: number;
  /** A process that has had nothing to do for so long is ended; the next call starts another. */
  readonly idleMs?: number;
};

/** Starts nothing yet: the first load or call does. */
export function createPythonPool(options: PythonPoolOptions): PythonPool {
  const { interpreter, folder, cwd, environment } = options;
  const members = new Members({
    interpreter,
    onLine: options.onLine,
    processes: options.processes ?? Math.min(MAX_PROCESSES, availableParallelism()),
    idleMs: options.idleMs ?? IDLE_MS,
    process: { command: interpreter.command, hostFolder: path.join(folder, 'host'), cwd, environment },
  });
  return {
    load: (target) => members.load(target),
    call: async (call, signal) => {
      signal.throwIfAborted();
      return members.call(call, signal);
    },
    close: async () => {
      await Promise.race([members.close(), delay(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}
