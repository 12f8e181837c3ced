import { CommanderError } from 'commander';
import { readEnv } from '@/lib/env';
import { AppError } from '@/lib/shared/app-error';
import { processIo } from './cli-io';
import { EXIT, type ExitCode, exitCodeOfError } from './exit-code';
import { openSession } from './open-session';
import { createProgram } from './program';
import { renderRefusal } from './render-refusal';
import { type CommandContext } from './session';

/** `galley …`; resolves with the exit code. `argv` as Node gives it. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const io = processIo();
  const env = readEnv();
  const context: CommandContext = { io, env, open: () => openSession(env) };
  try {
    return await runProgram(context, argv);
  } catch (error) {
    return explain(context, error, argv.includes('--json'));
  }
}

async function runProgram(context: CommandContext, argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  await createProgram(context, (code) => (exitCode = code)).parseAsync([...argv]);
  return exitCode;
}

function explain({ io, env }: CommandContext, error: unknown, isJson: boolean): ExitCode {
  // commander has printed its message; help and version are no errors
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badInput;
  if (error instanceof AppError) {
    io.err(renderRefusal(error, { cwd: io.cwd, recipesDir: env.recipesDir }));
    if (isJson) io.out(JSON.stringify({ error: { code: error.code, message: error.message } }));
    return exitCodeOfError(error.code);
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(`galley met an error that it did not foresee:\n${text}`);
  if (isJson) io.out(JSON.stringify({ error: { code: 'internal', message: String(error) } }));
  return EXIT.broken;
}
