import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { DataRow } from '@/lib/datasets/dataset';
import type { Env } from '@/lib/env';
import { createEvaluatorHost, splitModulePath } from '@/lib/evaluators/create-evaluator-host';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { AppError } from '@/lib/shared/app-error';
import { processBundle } from '@/lib/shared/process-bundle';
import { dataFolders } from './check-data';
import type { PreflightCheck } from './launch';

const ABOUT = { id: 'evaluator', title: 'Evaluator', path: 'rollout_worker.evaluator_module_path' } as const;
const ANSWER_KEY = 'answer';

type Verdict = Pick<PreflightCheck, 'status' | 'detail'>;

/** The evaluator's file and class load, and score one row of the training data in time and with a finite reward. */
export async function checkEvaluator(
  env: Env,
  entry: string,
  facts: { readonly config: RecipeConfig; readonly row: DataRow | null },
): Promise<PreflightCheck> {
  try {
    return { ...ABOUT, ...(await judge(env, entry, facts)) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...ABOUT, status: 'failed', detail: error.message };
  }
}

async function judge(
  env: Env,
  entry: string,
  { config, row }: { readonly config: RecipeConfig; readonly row: DataRow | null },
): Promise<Verdict> {
  const { evaluator_module_path: named, evaluator_timeout } = config.rollout_worker;
  if (named == null) {
    return refuse(
      `No evaluator is named. Set ${ABOUT.path}, for example to agent_workspace/evaluator.ts:MyTaskEvaluator.`,
    );
  }
  const parts = splitModulePath(named);
  if (parts === null) {
    return refuse(
      `"${named}" does not name a file and a class. Write it as agent_workspace/evaluator.ts:MyTaskEvaluator.`,
    );
  }
  if (!/\.[cm]?[jt]s$/.test(parts.file)) {
    return refuse(
      `${parts.file} is not TypeScript or JavaScript, and this version of Galley runs no other evaluators. Name an evaluator.ts beside it.`,
    );
  }
  const modulePath = await findModule(dataFolders(env, entry), parts.file);
  const host = await createEvaluatorHost({
    modulePath,
    className: parts.className,
    timeoutMs: evaluator_timeout * 1000,
    onLog: () => undefined,
    childPath: processBundle(env.root, 'evaluators/evaluator-child'),
  });
  try {
    if (row === null) return { status: 'passed', detail: `${named} loads.` };
    const answer = row[config.trainer.warm_start?.answer_key ?? ANSWER_KEY];
    const finalAnswer = typeof answer === 'string' ? answer : '';
    const target = { finalAnswer, isTruncated: false };
    const outcome = await host.evaluate({ data: row, target }, AbortSignal.timeout(evaluator_timeout * 2000));
    if (!outcome.ok)
      return refuse(`${named} fails on the first row of the training data: ${outcome.message}`);
    return { status: 'passed', detail: `${named} loads and scores the first row with ${outcome.reward}.` };
  } finally {
    await host.close();
  }
}

function refuse(detail: string): Verdict {
  return { status: 'failed', detail };
}

async function findModule(folders: readonly string[], file: string): Promise<string> {
  const candidates = folders.map((folder) => path.resolve(folder, file));
  for (const candidate of candidates) {
    const found = await stat(candidate).catch(() => null);
    if (found?.isFile()) return candidate;
  }
  throw new AppError(
    'not_found',
    `${ABOUT.path} names ${file}, and there is no such file. Looked at: ${candidates.join(', ')}. Put the file there, or correct the path.`,
  );
}
