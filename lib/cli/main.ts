import { readEnv } from '@/lib/env';
import { processIo } from './cli-io';
import { EXIT, type ExitCode } from './exit-code';
import { openSession } from './open-session';
import { runCli } from './run-cli';

/** `galley …`; resolves with the exit code. `argv` as Node gives it. */
export function main(argv: readonly string[]): Promise<ExitCode> {
  const io = processIo();
  try {
    const env = readEnv();
    return runCli({ io, env, open: () => openSession(env) }, argv);
  } catch (error) {
    io.err(`error: ${error instanceof Error ? error.message : String(error)}`);
    return Promise.resolve(EXIT.badInput);
  }
}
