import path from 'node:path';
import type { RunRehearsal } from '@/lib/domain/rehearsal';
import type { Env } from '@/lib/env';
import type { VariantEnvironment } from '@/lib/recipes/environment/compose-variant';
import type { RunStore } from '@/lib/run-store/run-store';
import type { RecipeFiles } from '@/lib/recipe-files/recipe-files';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { fillSecrets } from '@/lib/recipes/environment/fill-secrets';
import { plainValue } from '@/lib/recipes/plain-value';
import { backendOf, RecipeConfig } from '@/lib/recipes/recipe-config';
import { validate } from '@/lib/recipes/validate';
import { ownVariables } from '@/lib/secrets/code-environment';
import { ok, type Result } from '@/lib/shared/result';
import { checkData } from './check-data';
import { checkEvaluator, type CodeFacts } from './check-evaluator';
import { checkProcesses, checkStorage } from './check-storage';
import { checkResume } from './check-resume';
import { checkTeacher } from './check-teacher';
import { checkTrackers } from './check-trackers';
import { checkWorker } from './check-worker';
import { checkEnvironment, untilTheScriptRan } from './check-environment';
import { type ComposedRecipe, composeRecipe } from './compose-recipe';
import type { LaunchRequest, OnChecks, Preflight, PreflightCheck } from './launch';
import { checkLengths, forecastOf } from './check-lengths';
import { checkPlan } from './check-plan';
import { checkSecrets } from './check-secrets';
import { pastSpeed } from './past-speed';
import { checkServices } from './services/check-services';
import { composeForRehearsal, type NotRehearsed, rehearsalOf, type StoodIn } from './rehearse-recipe';
import { type RunEnvironment, visibleEnvironment } from './run-environment';

/** A preflight with what it found on the way; `config` is null while the recipe itself is wrong. */
export type Inspection = {
  readonly recipe: ComposedRecipe;
  readonly config: RecipeConfig | null;
  /** What will run, as plain JSON: the resolved recipe, or what a rehearsal makes of it. */
  readonly resolved: unknown;
  readonly preflight: Preflight;
};

type InspectedRequest = Pick<LaunchRequest, 'entry' | 'overrides' | 'rehearsal'>;

type Inspected = {
  readonly env: Env;
  readonly recipeFiles: RecipeFiles;
  /** For what earlier runs tell. */
  readonly runStore?: Pick<RunStore, 'list' | 'snapshot'>;
  /** What the environment script left, when it has been run. */
  readonly ran?: RunEnvironment;
  readonly onChecks?: OnChecks;
};

/** All checks before a launch, cheapest first; those that need a valid recipe wait for one. */
export async function inspectRecipe(inspected: Inspected, request: InspectedRequest): Promise<Inspection> {
  const { env, ran } = inspected;
  const { recipe, stoodIn } = await composeFor(inspected, request);
  const { environment } = recipe;
  const { diagnostics } = recipe.composed;
  const composition = summarize(diagnostics, { id: 'composition', title: 'Composition' });
  const refused = (
    checks: readonly PreflightCheck[],
    all: readonly Diagnostic[] = diagnostics,
  ): Inspection => ({
    recipe,
    config: null,
    resolved: null,
    preflight: { ok: false, checks, diagnostics: all, totalSteps: null, environment },
  });
  if (recipe.composed.resolved === null || composition.status === 'failed') return refused([composition]);
  const plan = planOf(plainValue(recipe.composed.resolved), request, stoodIn);
  if (!plan.ok) return refused([composition, notRehearsed(plan.error)]);
  const { resolved, rehearsal } = plan.value;
  const parsed = RecipeConfig.safeParse(fillSecrets(resolved, () => '***'));
  const found = validate(recipe.composed, { entry: request.entry, files: recipe.files });
  const schema = summarize(found, { id: 'config', title: 'Configuration' });
  const all = [...diagnostics, ...found];
  if (!parsed.success) return refused([composition, schema], all);
  const config = parsed.data;
  const variables = ran ?? (await ownVariables(env));
  const script = rehearsal === null ? checkEnvironment(environment) : [];
  const checks = await checkSurroundings(inspected, request, {
    ...{ config, variables, rehearsal, environment, resolved },
    before: [composition, schema, ...script],
  });
  const isFine = checks.every(({ status }) => status !== 'failed');
  const totalSteps = config.trainer.total_train_steps;
  return {
    recipe,
    config,
    resolved,
    preflight: {
      ...{ ok: isFine, checks, diagnostics: all, totalSteps, environment },
      ...(rehearsal === null ? {} : { rehearsal }),
    },
  };
}

async function composeFor(
  { env, recipeFiles, ran }: Inspected,
  request: InspectedRequest,
): Promise<{ readonly recipe: ComposedRecipe; readonly stoodIn: StoodIn | null }> {
  const places = { recipeFiles, dataDir: env.dataDir };
  if (request.rehearsal !== undefined) {
    const stoodIn = await composeForRehearsal(places, request);
    return { recipe: stoodIn.recipe, stoodIn };
  }
  const visible = ran === undefined ? {} : { ranEnvironment: visibleEnvironment(ran) };
  return { recipe: await composeRecipe(places, request, visible), stoodIn: null };
}

/** What will run: the recipe as it is, or what a rehearsal makes of it. */
function planOf(
  resolved: unknown,
  { rehearsal: scale }: InspectedRequest,
  stoodIn: StoodIn | null,
): Result<{ readonly resolved: unknown; readonly rehearsal: RunRehearsal | null }, NotRehearsed> {
  if (stoodIn === null || scale === undefined) return ok({ resolved, rehearsal: null });
  return rehearsalOf(resolved, stoodIn, scale);
}

function notRehearsed({ message, path }: NotRehearsed): PreflightCheck {
  return { id: 'rehearsal', title: 'Rehearsal', status: 'failed', detail: message, path };
}

type Surroundings = Pick<CodeFacts, 'config' | 'variables'> & {
  readonly rehearsal: RunRehearsal | null;
  readonly environment: VariantEnvironment;
  readonly resolved: unknown;
  /** What was checked already. */
  readonly before: readonly PreflightCheck[];
};

/** Each check in its turn; who listens hears what is done and which runs. */
async function checkSurroundings(
  { env, runStore, onChecks }: Inspected,
  request: InspectedRequest,
  { before, ...facts }: Surroundings,
): Promise<readonly PreflightCheck[]> {
  const { entry } = request;
  const { config, variables, rehearsal, environment, resolved } = facts;
  const done: PreflightCheck[] = [...before];
  const turn = async <T>(
    about: { readonly id: string; readonly title: string },
    work: () => Promise<T>,
    checksOf: (result: T) => readonly PreflightCheck[],
  ): Promise<T> => {
    onChecks?.([...done, { ...about, status: 'running', detail: '', path: null }]);
    const result = await work();
    done.push(...untilTheScriptRan(checksOf(result), environment));
    onChecks?.([...done]);
    return result;
  };
  const same = (checks: readonly PreflightCheck[]): readonly PreflightCheck[] => checks;
  if (rehearsal === null) done.push(...checkSecrets(environment));
  const data = await turn(
    { id: 'data', title: 'Training data' },
    () => checkData(env, entry, config),
    ({ checks, profile }) => [...checks, ...checkLengths(profile)],
  );
  const code = { config, variables, rows: data.firstRows };
  await turn({ id: 'worker', title: 'Worker' }, () => checkWorker(env, entry, code), same);
  await turn(
    { id: 'evaluator', title: 'Evaluator' },
    () => checkEvaluator(env, entry, code),
    (one) => [one],
  );
  await turn({ id: 'teacher', title: 'Teacher' }, () => checkTeacher(env, config), same);
  await turn({ id: 'resume', title: 'Checkpoint to begin from' }, () => checkResume(env, config), same);
  done.push(rehearsal === null ? checkBackend(config) : describeRehearsal(rehearsal));
  const asked = { env, entry, config, resolved, variables };
  if (rehearsal === null) {
    await turn({ id: 'services', title: 'Services' }, () => checkServices(asked), same);
    await turn({ id: 'trackers', title: 'Trackers' }, () => checkTrackers(env, entry, facts), same);
  }
  await turn(
    { id: 'storage', title: 'Data folder' },
    () => checkStorage(env),
    (one) => [one],
  );
  done.push(checkProcesses(env));
  const forecast = data.profile === null ? null : forecastOf(data.profile);
  const speed = runStore === undefined ? null : await pastSpeed(runStore, identityOf(entry, config));
  done.push(checkPlan(config, { forecast, speed }));
  onChecks?.([...done]);
  return done;
}

function identityOf(entry: string, config: RecipeConfig) {
  return {
    backend: backendOf(config),
    model: config.service.inference_service.model ?? null,
    recipe: path.posix.dirname(entry),
    variant: path.posix.basename(entry).replace(/\.ya?ml$/i, ''),
  };
}

function checkBackend(config: RecipeConfig): PreflightCheck {
  const backend = backendOf(config);
  const check = { id: 'backend', title: 'Backend', path: 'service.inference_service.backend' };
  if (config.service.inference_service.backend === 'mock') {
    const detail =
      'Mock services: answers are made up and nothing is learned, so only the plumbing is tried.';
    return { ...check, status: 'passed', detail };
  }
  if (backend === 'tinker' || backend === 'weaver') {
    const name = backend === 'tinker' ? 'Tinker' : 'Weaver';
    const detail = `${name} trains and samples, through your account or at the address in service.${backend}_service.base_url.`;
    return { ...check, status: 'passed', detail };
  }
  if (backend === 'self_hosted') {
    const detail = 'Servers of your own sample and train, at the addresses below service.';
    return { ...check, status: 'passed', detail };
  }
  return { ...check, status: 'passed', detail: 'The embedded service trains and samples on this machine.' };
}

function describeRehearsal({ protocol, substitutions }: RunRehearsal): PreflightCheck {
  const detail = `The embedded service trains and samples on this machine, over ${protocol}. ${substitutions.length} keys have other values than at a launch.`;
  return { id: 'backend', title: 'Rehearsal', status: 'passed', detail, path: null };
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
