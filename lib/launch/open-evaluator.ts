import type { DataRow } from '@/lib/datasets/dataset';
import type { Env } from '@/lib/env';
import { createEvaluatorHost } from '@/lib/evaluators/create-evaluator-host';
import type { EvaluatorHost } from '@/lib/evaluators/evaluator-host';
import { locateEvaluator } from '@/lib/evaluators/locate-evaluator';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { processBundle } from '@/lib/shared/process-bundle';
import { dataFolders } from './check-data';

const ANSWER_KEY = 'answer';

export type OpenEvaluator = {
  readonly host: EvaluatorHost;
  /** Absolute path of the file. */
  readonly file: string;
};

/** Starts the evaluator that a recipe names. Rejects with an `AppError` that says what is wrong with it. */
export async function openEvaluator(
  env: Env,
  entry: string,
  { config, onLog }: { readonly config: RecipeConfig; readonly onLog: (line: string) => void },
): Promise<OpenEvaluator> {
  const { evaluator_module_path: named = null, evaluator_timeout } = config.rollout_worker;
  const place = await locateEvaluator(named, dataFolders(env, entry));
  const host = await createEvaluatorHost({
    ...place,
    timeoutMs: evaluator_timeout * 1000,
    onLog,
    childPath: processBundle(env.root, 'evaluators/evaluator-child'),
  });
  return { host, file: place.modulePath };
}

/** The right answer of a row, as far as the recipe names one: what a perfect completion would be. */
export function referenceAnswer(config: RecipeConfig, row: DataRow): string {
  const answer = row[config.trainer.warm_start?.answer_key ?? ANSWER_KEY];
  return typeof answer === 'string' ? answer : '';
}
