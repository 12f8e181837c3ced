import type { Env } from '@/lib/env';
import type { RecipeFiles } from '@/lib/recipe-files/recipe-files';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { fillSecrets } from '@/lib/recipes/environment/fill-secrets';
import { plainValue } from '@/lib/recipes/plain-value';
import { backendOf, RecipeConfig } from '@/lib/recipes/recipe-config';
import { validate } from '@/lib/recipes/validate';
import { ownVariables } from '@/lib/secrets/code-environment';
import { checkData } from './check-data';
import { checkEvaluator, type CodeFacts } from './check-evaluator';
import { checkProcesses, checkStorage } from './check-storage';
import { checkTeacher } from './check-teacher';
import { checkWorker } from './check-worker';
import { checkEnvironment, untilTheScriptRan } from './check-environment';
import { type ComposedRecipe, composeRecipe } from './compose-recipe';
import type { LaunchRequest, Preflight, PreflightCheck } from './launch';
import { type RunEnvironment, visibleEnvironment } from './run-environment';

/** A preflight with what it found on the way; `config` is null while the recipe itself is wrong. */
export type Inspection = {
  readonly recipe: ComposedRecipe;
  readonly config: RecipeConfig | null;
  readonly preflight: Preflight;
};

type Inspected = {
  readonly env: Env;
  readonly recipeFiles: RecipeFiles;
  /** What the environment script left, when it has been run. */
  readonly ran?: RunEnvironment;
};

/** All checks before a launch, cheapest first; those that need a valid recipe wait for one. */
export async function inspectRecipe(
  { env, recipeFiles, ran }: Inspected,
  request: Pick<LaunchRequest, 'entry' | 'overrides'>,
): Promise<Inspection> {
  const visible = ran === undefined ? undefined : visibleEnvironment(ran);
  const recipe = await composeRecipe({ recipeFiles, dataDir: env.dataDir }, request, visible);
  const { environment } = recipe;
  const { diagnostics, resolved } = recipe.composed;
  const composition = summarize(diagnostics, { id: 'composition', title: 'Composition' });
  if (resolved === null || composition.status === 'failed') {
    return {
      recipe,
      config: null,
      preflight: { ok: false, checks: [composition], diagnostics, totalSteps: null, environment },
    };
  }
  const parsed = RecipeConfig.safeParse(fillSecrets(plainValue(resolved), () => '***'));
  const found = validate(recipe.composed, { entry: request.entry, files: recipe.files });
  const schema = summarize(found, { id: 'config', title: 'Configuration' });
  const all = [...diagnostics, ...found];
  if (!parsed.success) {
    const preflight = {
      ok: false,
      checks: [composition, schema],
      diagnostics: all,
      totalSteps: null,
      environment,
    };
    return { recipe, config: null, preflight };
  }
  const config = parsed.data;
  const rest = await checkSurroundings(env, request.entry, {
    config,
    variables: ran ?? (await ownVariables(env)),
  });
  const checks = [
    composition,
    ...checkEnvironment(environment),
    schema,
    ...untilTheScriptRan(rest, environment),
  ];
  const ok = checks.every(({ status }) => status !== 'failed');
  return {
    recipe,
    config,
    preflight: { ok, checks, diagnostics: all, totalSteps: config.trainer.total_train_steps, environment },
  };
}

async function checkSurroundings(
  env: Env,
  entry: string,
  { config, variables }: Pick<CodeFacts, 'config' | 'variables'>,
): Promise<readonly PreflightCheck[]> {
  const [{ checks: data, firstRow }, storage] = await Promise.all([
    checkData(env, entry, config),
    checkStorage(env),
  ]);
  const facts = { config, variables, row: firstRow };
  const worker = await checkWorker(env, entry, facts);
  const evaluator = await checkEvaluator(env, entry, facts);
  const teacher = await checkTeacher(env, config);
  return [
    checkBackend(config),
    ...data,
    ...teacher,
    ...worker,
    evaluator,
    storage,
    checkProcesses(env),
    describePlan(config),
  ];
}

function checkBackend(config: RecipeConfig): PreflightCheck {
  const backend = backendOf(config);
  const check = { id: 'backend', title: 'Backend', path: 'service.inference_service.backend' };
  if (config.service.inference_service.backend === 'mock') {
    const detail =
      'Mock services: answers are made up and nothing is learned, so only the plumbing is tried.';
    return { ...check, status: 'passed', detail };
  }
  if (backend === 'tinker') {
    const detail =
      'Tinker trains and samples, through your account or at the address in service.tinker_service.base_url.';
    return { ...check, status: 'passed', detail };
  }
  return backend === 'embedded'
    ? { ...check, status: 'passed', detail: 'The embedded service trains and samples on this machine.' }
    : {
        ...check,
        status: 'failed',
        detail: `This recipe needs the ${backend} backend, which this version of Galley cannot reach yet. Launch its embedded variant, or set the backend to embedded.`,
      };
}

function describePlan({ data, trainer }: RecipeConfig): PreflightCheck {
  const perStep = `${data.batch_size} prompts × ${data.rollout_repeat_n} rollouts`;
  const warm = trainer.warm_start?.enabled === true ? ', after a warm start' : '';
  return {
    id: 'plan',
    title: 'Plan',
    status: 'passed',
    detail: `${trainer.total_train_steps} steps of ${perStep}${warm}.`,
    path: 'trainer.total_train_steps',
  };
}

function summarize(
  diagnostics: readonly Diagnostic[],
  about: { readonly id: string; readonly title: string },
): PreflightCheck {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning');
  const [first, ...rest] = [...errors, ...warnings];
  if (first === undefined) return { ...about, status: 'passed', detail: 'No problems.', path: null };
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : '';
  const status = errors.length > 0 ? 'failed' : 'warning';
  return { ...about, status, detail: `${first.message}${more}`, path: first.path };
}
