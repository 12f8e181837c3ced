import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { processEnvironment } from '@/lib/env';
import { explainStart } from '@/lib/python/explain-start';
import { findInterpreter } from '@/lib/python/find-interpreter';
import { pythonFolder } from '@/lib/python/python-folder';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode } from '../exit-code';
import { recipeEntry } from '../recipe-entry';
import type { CommandContext } from '../session';

/**
 * `galley python <recipe> [arguments…]`: the interpreter that runs the recipe's code, in the recipe's folder, with the
 * `nexrl` that the code sees.
 */
export async function pythonCommand(
  { io, env }: CommandContext,
  typed: string,
  args: readonly string[],
): Promise<ExitCode> {
  const [recipe = ''] = recipeEntry(typed, { ...env, cwd: io.cwd }).split('/');
  const folder = path.join(env.recipesDir, recipe);
  const interpreter = await findInterpreter(env.python, [folder]);
  const succeeds = async (own: readonly string[], environment: NodeJS.ProcessEnv): Promise<boolean> => {
    const child = spawn(interpreter.command, own, { cwd: folder, env: environment, stdio: 'inherit' });
    await once(child, 'close').catch((error: unknown) => {
      const how = error instanceof Error ? error.message : String(error);
      throw new AppError('unavailable', explainStart(interpreter, how), { cause: error });
    });
    return child.exitCode === 0;
  };
  const environment: NodeJS.ProcessEnv = { NODE_ENV: 'production', ...processEnvironment() };
  // an installed nexrl comes before Galley's, as it does in a run
  const hasNexrl = await succeeds(['-c', HAS_NEXRL], environment);
  const isDone = await succeeds(args, hasNexrl ? environment : withNexrl(environment, env.root));
  return isDone ? EXIT.done : EXIT.runFailed;
}

const HAS_NEXRL = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("nexrl") is None)';

function withNexrl(environment: NodeJS.ProcessEnv, root: string): NodeJS.ProcessEnv {
  const own = ['shim', 'host'].map((part) => path.join(pythonFolder(root), part));
  const inherited = environment['PYTHONPATH'] ?? '';
  const folders = [...(inherited === '' ? [] : [inherited]), ...own];
  return { ...environment, PYTHONPATH: folders.join(path.delimiter) };
}
