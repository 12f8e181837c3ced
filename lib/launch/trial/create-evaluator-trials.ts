import path from 'node:path';
import { openDataset } from '@/lib/datasets/open-dataset';
import type { DataRow } from '@/lib/datasets/dataset';
import type { Env } from '@/lib/env';
import type { RecipeFiles } from '@/lib/recipe-files/recipe-files';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { AppError } from '@/lib/shared/app-error';
import { dataFolders } from '../check-data';
import { type OpenEvaluator, openEvaluator, referenceAnswer } from '../open-evaluator';
import { differencesOf } from './compare-case';
import { readCases } from './case-file';
import { readConfig } from './read-config';
import type { CaseReport, CaseResult, EvaluatorCase, Trial, TrialInput } from './trial';

/** What an evaluator may print during one trial. */
const MAX_LINES = 200;

export type TrialRequest = { readonly entry: string; readonly overrides: readonly string[] };
export type RowRequest = TrialRequest & { readonly from: 'training' | 'validation'; readonly index: number };
export type TrialRow = {
  readonly row: DataRow;
  /** What a perfect model would answer; empty when the recipe names no column for it. */
  readonly answer: string;
  /** Rows that there are. */
  readonly count: number;
};

/** A recipe's evaluator outside of a run: on one row, or on the cases that were saved. Works on what is on disk. */
export type EvaluatorTrials = {
  /** Rejects with an `AppError` when the data cannot be read or has no such row. */
  row(request: RowRequest): Promise<TrialRow>;
  /** A call that fails is an answer; rejects with an `AppError` when the evaluator cannot be started. */
  run(request: TrialRequest, input: TrialInput): Promise<Trial>;
  /** All saved cases with the evaluator of each variant named; one report per evaluator. */
  test(recipe: string, entries: readonly string[]): Promise<readonly CaseReport[]>;
};

export function createEvaluatorTrials(deps: {
  readonly env: Env;
  readonly recipeFiles: RecipeFiles;
}): EvaluatorTrials {
  const { env, recipeFiles } = deps;
  const places = { recipeFiles, dataDir: env.dataDir };
  return {
    row: async (request) => readRow(env, request, await readConfig(places, request)),
    run: async (request, input) => {
      const config = await readConfig(places, request);
      return withEvaluator(env, { entry: request.entry, config }, (call) => call(input));
    },
    test: async (recipe, entries) => {
      const cases = await readCases(recipeFiles, recipe);
      const reports: CaseReport[] = [];
      for (const group of await groupByEvaluator(places, entries)) {
        reports.push(await testGroup(env, group, cases));
      }
      return reports;
    },
  };
}

async function readRow(env: Env, request: RowRequest, config: RecipeConfig): Promise<TrialRow> {
  const isTraining = request.from === 'training';
  const setting = isTraining ? 'data.data_files' : 'validate.data.data_files';
  const files = isTraining ? config.data.data_files : (config.validate?.data?.data_files ?? []);
  const baseDirs = dataFolders(env, request.entry);
  const dataset = await openDataset(files, { baseDirs, promptKey: config.data.prompt_key, setting });
  if (request.index < 0 || request.index >= dataset.count) {
    throw new AppError(
      'not_found',
      `${setting} has rows 0 to ${dataset.count - 1}; there is no row ${request.index}.`,
    );
  }
  const row = await dataset.row(request.index);
  return { row, answer: referenceAnswer(config, row), count: dataset.count };
}

type Call = (input: TrialInput) => Promise<Trial>;

async function withEvaluator<T>(
  env: Env,
  { entry, config }: { readonly entry: string; readonly config: RecipeConfig },
  work: (call: Call) => Promise<T>,
): Promise<T> {
  let printed: string[] = [];
  const onLog = (line: string): void => {
    if (printed.length < MAX_LINES) printed.push(line);
  };
  const evaluator = await openEvaluator(env, entry, { config, onLog });
  try {
    return await work(async ({ data, target }) => {
      printed = [];
      const start = performance.now();
      // The host keeps the time limit: a call that hangs is an outcome, too.
      const evaluation = await evaluator.host.evaluate({ data, target }, new AbortController().signal);
      const milliseconds = performance.now() - start;
      const place = evaluation.ok ? null : placeIn(evaluation.message, evaluator, env.recipesDir);
      return { evaluation, milliseconds, printed, place };
    });
  } finally {
    await evaluator.host.close();
  }
}

/** `… at agent_workspace/evaluator.ts:12` → that line, when the file is one of the recipes'. */
function placeIn(message: string, { file }: OpenEvaluator, recipesDir: string): Trial['place'] {
  const match = / at (\S+):(\d+)/.exec(message);
  if (file === null || match?.[1] === undefined || !file.endsWith(path.basename(match[1]))) return null;
  const relative = path.relative(recipesDir, file).split(path.sep).join('/');
  return relative.startsWith('..') ? null : { file: relative, line: Number(match[2]) };
}

type EvaluatorGroup = {
  readonly evaluator: string;
  readonly entry: string;
  readonly variants: readonly string[];
  readonly config: RecipeConfig;
};

/** Variants that name the same class are tested once. */
async function groupByEvaluator(
  places: Parameters<typeof readConfig>[0],
  entries: readonly string[],
): Promise<readonly EvaluatorGroup[]> {
  const groups = new Map<string, EvaluatorGroup>();
  for (const entry of entries) {
    const config = await readConfig(places, { entry, overrides: [] });
    const evaluator = config.rollout_worker.evaluator_module_path ?? '(none)';
    const variant = path.posix.basename(entry).replace(/\.ya?ml$/, '');
    const known = groups.get(evaluator);
    groups.set(evaluator, {
      evaluator,
      entry,
      config,
      ...known,
      variants: [...(known?.variants ?? []), variant],
    });
  }
  return [...groups.values()];
}

async function testGroup(
  env: Env,
  group: EvaluatorGroup,
  cases: readonly EvaluatorCase[],
): Promise<CaseReport> {
  const about = { evaluator: group.evaluator, variants: group.variants };
  try {
    const results = await withEvaluator(env, group, async (call) => {
      const done: CaseResult[] = [];
      for (const one of cases) {
        const trial = await call(one);
        done.push({ name: one.name, trial, differences: differencesOf(one, trial.evaluation) });
      }
      return done;
    });
    return { ...about, results, refusal: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...about, results: [], refusal: error.message };
  }
}
