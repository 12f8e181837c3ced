import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';
import type { BuiltinName } from './builtin/builtin-names';
import type { ChildSetup } from './child-protocol';
import { CallQueue } from './call-queue';
import type { EvaluatorHost } from './evaluator-host';
import { transpileEvaluator } from './load-evaluator';

/** A class of a recipe's TypeScript file (absolute path), or an evaluator that is built in. */
type WhichEvaluator =
  { readonly modulePath: string; readonly className: string } | { readonly builtin: BuiltinName };

export type EvaluatorHostOptions = WhichEvaluator & {
  /** Given to the class's constructor. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** Time limit of one call. */
  readonly timeoutMs: number;
  /** Lines that the evaluator prints. */
  readonly onLog: (line: string) => void;
  /** Bundle of evaluator-child.ts. */
  readonly childPath: string;
  /** Working directory of the evaluator; by default this process's. */
  readonly recipeFolder?: string;
  /** All variables that the evaluator sees; by default this process's. */
  readonly environment?: NodeJS.ProcessEnv;
};

/** Rejects with `AppError('invalid_input')` when the file does not compile, or has no such class. */
export async function createEvaluatorHost(options: EvaluatorHostOptions): Promise<EvaluatorHost> {
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-evaluator-'));
  const setup: ChildSetup = {
    ...(await prepare(options, folder).catch(async (error: unknown) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    })),
    args: options.args ?? {},
    timeoutMs: options.timeoutMs,
  };
  const queue = new CallQueue(setup, options);
  const close = async (): Promise<void> => {
    queue.close();
    await rm(folder, { recursive: true, force: true });
  };
  const problem = await queue.load();
  if (problem !== null) {
    await close();
    throw new AppError('invalid_input', `The evaluator cannot be used. ${problem}`);
  }
  return { evaluate: (request, signal) => queue.call(request, signal), close };
}

async function prepare(
  which: WhichEvaluator,
  folder: string,
): Promise<Pick<ChildSetup, 'module' | 'label' | 'className'>> {
  if ('builtin' in which) return { module: null, label: 'Galley', className: which.builtin };
  const { modulePath, className } = which;
  const bundle = path.join(folder, 'galley-evaluator.mjs');
  await writeFile(bundle, await transpileEvaluator(modulePath));
  const label = path.join(path.basename(path.dirname(modulePath)), path.basename(modulePath));
  return { module: bundle, label, className };
}
