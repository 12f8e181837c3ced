import type { RunStatus } from '@/lib/domain/run';
import { assertNever } from '@/lib/shared/assert-never';
import type { AppErrorCode } from '@/lib/shared/app-error';

/** What the shell sees; listed in `galley --help`. */
export const EXIT = {
  done: 0,
  runFailed: 1,
  dataWrong: 1,
  checkFailed: 1,
  unwell: 1,
  badInput: 2,
  stopped: 3,
  notPossible: 4,
  broken: 5,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
/** Waits for a command and reports its exit code. */
export type Settle = (work: Promise<ExitCode>) => Promise<void>;

export const EXIT_CODE_HELP = `
Exit codes:
  0  done (for \`run\`: the run succeeded, or was started with --detach, or goes on without this terminal)
  1  the run failed, or its process vanished; for a rehearsal: a check failed; for \`check\`: the recipe has errors;
     for \`data check\`: the data has errors; for \`eval test\`: a case failed
  2  wrong arguments, a recipe that does not compose, or a check that failed before launch
  3  the run was stopped before its last step
  4  no such run or file, or the run's status does not allow it
  5  the store, a folder or a service cannot be used`;

export function exitCodeOfStatus(status: RunStatus): ExitCode {
  switch (status) {
    case 'failed':
    case 'lost':
      return EXIT.runFailed;
    case 'stopped':
    case 'stopping':
      return EXIT.stopped;
    case 'queued':
    case 'starting':
    case 'running':
    case 'pausing':
    case 'paused':
    case 'succeeded':
      return EXIT.done;
    default:
      return assertNever(status);
  }
}

export function exitCodeOfError(code: AppErrorCode): ExitCode {
  switch (code) {
    case 'invalid_input':
    case 'unprocessable':
      return EXIT.badInput;
    case 'not_found':
    case 'conflict':
      return EXIT.notPossible;
    case 'forbidden':
    case 'unavailable':
    case 'storage':
      return EXIT.broken;
    default:
      return assertNever(code);
  }
}
