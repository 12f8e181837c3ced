import type { DataRow } from '@/lib/datasets/dataset';
import type { Env } from '@/lib/env';
import type { EvaluatorHost } from '@/lib/evaluators/evaluator-host';
import { locateEvaluator } from '@/lib/evaluators/locate-evaluator';
import { openEvaluatorHost } from '@/lib/evaluators/open-evaluator-host';
import { evaluatorOf } from '@/lib/recipes/evaluator-of';
import { demonstratedTurns } from '@/lib/recipes/demonstrated-turns';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import {
  codeEnvironment,
  knownSecrets,
  ownVariables,
  type RunVariables,
} from '@/lib/secrets/code-environment';
import { processBundle } from '@/lib/shared/process-bundle';
import { dataFolders } from './check-data';

const ANSWER_KEY = 'answer';

export type OpenEvaluator = {
  readonly host: EvaluatorHost;
  /** Absolute path of the file; null for one that is built in. */
  readonly file: string | null;
};

export type OpenEvaluatorFacts = {
  readonly config: RecipeConfig;
  readonly onLog: (line: string) => void;
  /** Of the run; by default what there is before it. */
  readonly variables?: RunVariables;
};

/** Starts the evaluator that a recipe names. Rejects with an `AppError` that says what is wrong with it. */
export async function openEvaluator(
  env: Env,
  entry: string,
  { config, onLog, variables: given }: OpenEvaluatorFacts,
): Promise<OpenEvaluator> {
  const named = evaluatorOf(config.rollout_worker);
  const folders = dataFolders(env, entry);
  const variables = given ?? (await ownVariables(env));
  const place = await locateEvaluator(named, folders);
  const host = await openEvaluatorHost(place, {
    env,
    settings: config.rollout_worker,
    recipeFolder: folders[0] ?? env.root,
    onLog,
    childPath: processBundle(env.root, 'evaluators/evaluator-child'),
    environment: codeEnvironment(variables, config.rollout_worker),
    secrets: knownSecrets(variables),
  });
  return { host, file: place.kind === 'builtin' ? null : place.modulePath };
}

/** The right answer of a row, as far as the recipe names one: what a perfect completion would be. */
export function referenceAnswer(config: RecipeConfig, row: DataRow): string {
  const answer = row[config.trainer.warm_start?.answer_key ?? ANSWER_KEY] ?? '';
  // of an agent's demonstration, what it says last
  return demonstratedTurns(answer).at(-1) ?? '';
}
