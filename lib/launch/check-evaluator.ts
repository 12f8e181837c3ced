import type { DataRow } from '@/lib/datasets/dataset';
import type { Env } from '@/lib/env';
import { createEvaluatorHost } from '@/lib/evaluators/create-evaluator-host';
import { locateEvaluator } from '@/lib/evaluators/locate-evaluator';
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
  const { evaluator_module_path: named = null, evaluator_timeout } = config.rollout_worker;
  const place = await locateEvaluator(named, dataFolders(env, entry));
  const host = await createEvaluatorHost({
    ...place,
    timeoutMs: evaluator_timeout * 1000,
    onLog: () => undefined,
    childPath: processBundle(env.root, 'evaluators/evaluator-child'),
  });
  try {
    if (row === null) return { status: 'passed', detail: `${named} loads.` };
    const answer = row[config.trainer.warm_start?.answer_key ?? ANSWER_KEY];
    const finalAnswer = typeof answer === 'string' ? answer : '';
    const target = { finalAnswer, isTruncated: false };
    // The host keeps the time limit: a call that hangs is an outcome, too.
    const outcome = await host.evaluate({ data: row, target }, new AbortController().signal);
    if (!outcome.ok) {
      const detail = `${named} fails on the first row of the training data: ${outcome.message}`;
      return { status: 'failed', detail };
    }
    return { status: 'passed', detail: `${named} loads and scores the first row with ${outcome.reward}.` };
  } finally {
    await host.close();
  }
}
