import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';
import type { ChildSetup } from './child-protocol';
import { CallQueue } from './call-queue';
import type { EvaluatorHost } from './evaluator-host';
import { transpileEvaluator } from './load-evaluator';

export type EvaluatorHostOptions = {
  /** Absolute path of the recipe's TypeScript file. */
  readonly modulePath: string;
  readonly className: string;
  /** Given to the class's constructor. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** Time limit of one call. */
  readonly timeoutMs: number;
  /** Lines that the evaluator prints. */
  readonly onLog: (line: string) => void;
  /** Bundle of evaluator-child.ts. */
  readonly childPath: string;
};

/** Rejects with `AppError('invalid_input')` when the file does not compile, or has no such class. */
export async function createEvaluatorHost(options: EvaluatorHostOptions): Promise<EvaluatorHost> {
  const code = await transpileEvaluator(options.modulePath);
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-evaluator-'));
  const bundle = path.join(folder, 'evaluator.mjs');
  await writeFile(bundle, code);
  const setup: ChildSetup = {
    module: bundle,
    label: path.join(path.basename(path.dirname(options.modulePath)), path.basename(options.modulePath)),
    className: options.className,
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
