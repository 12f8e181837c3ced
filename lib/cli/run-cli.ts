import { CommanderError } from 'commander';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode, exitCodeOfError, type Settle } from './exit-code';
import { createNexrlProgram, isNexrlStyle } from './nexrl-program';
import { createProgram } from './program';
import { renderRefusal } from './render-refusal';
import type { CommandContext } from './session';

/** Runs one command line and resolves with its exit code; never rejects. `argv` as Node gives it. */
export async function runCli(context: CommandContext, argv: readonly string[]): Promise<ExitCode> {
  try {
    return await runProgram(context, argv);
  } catch (error) {
    return explain(context, error, argv.includes('--json'));
  }
}

async function runProgram(context: CommandContext, argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const settle: Settle = async (work) => void (exitCode = await work);
  const create = isNexrlStyle(argv) ? createNexrlProgram : createProgram;
  await create(context, settle).parseAsync([...argv]);
  return exitCode;
}

function explain({ io, env }: CommandContext, error: unknown, isJson: boolean): ExitCode {
  // the message has been printed; help and version are no errors
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    if (isJson)
      io.out(
        JSON.stringify({ error: { code: 'invalid_input', message: error.message.replace(/^error: /, '') } }),
      );
    return EXIT.badInput;
  }
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
