import path from 'node:path';
import type { Run } from '@/lib/domain/run';
import type { Env } from '@/lib/env';
import { createRecipeFiles, type RecipeFiles } from '@/lib/recipe-files/recipe-files';
import { backendOf, type RecipeConfig } from '@/lib/recipes/recipe-config';
import { yamlText } from '@/lib/recipes/yaml-text';
import type { NewRun, RecipeSnapshot, RunStore } from '@/lib/run-store/run-store';
import { AppError } from '@/lib/shared/app-error';
import { checkProcesses, checkStorage } from './check-storage';
import { layersOf } from './compose-recipe';
import type { Launcher, LaunchRequest } from './launch';
import { type Inspection, inspectRecipe } from './preflight';
import { PreflightError } from './preflight-error';
import { makeRunEnvironment, rehearsalEnvironment, type RunEnvironment } from './run-environment';
import { LOST_AFTER_MS, spawnRun } from './spawn-run';

export type LauncherDeps = { readonly env: Env; readonly runStore: RunStore };

export function createLauncher({ env, runStore }: LauncherDeps): Launcher {
  const recipeFiles = createRecipeFiles(env.recipesDir);
  // a double click within this process waits for the first one; across processes the store's unique key decides
  const launching = new Map<string, Promise<Run>>();

  async function launch(request: LaunchRequest): Promise<Run> {
    // read, not run: what is wrong with the recipe or its script is said before anything is executed
    const { recipe: read, preflight: before } = await inspectRecipe({ env, recipeFiles, runStore }, request);
    const needed = ['composition', 'rehearsal'];
    if (before.checks.some(({ id, status }) => needed.includes(id) && status === 'failed'))
      throw new PreflightError(before, read.files);
    const { script } = read.environment;
    const { rehearsal } = before;
    // of a rehearsal nothing is executed but what the run itself will
    const environment =
      rehearsal === undefined
        ? await makeRunEnvironment({ env, recipeFiles }, { entry: request.entry, script })
        : await rehearsalEnvironment(env, {
            script: textOf(read.files, script),
            withheld: rehearsal.withheld,
          });
    const inspection = await inspectRecipe({ env, recipeFiles, runStore, ran: environment }, request);
    const { preflight, config, recipe } = inspection;
    if (!preflight.ok || config === null) throw new PreflightError(preflight, recipe.files);
    const run = await runStore.create(await describeRun(recipeFiles, request, { ...inspection, config }));
    // a key used before names a run that may be well on its way
    if (run.status === 'queued' && run.attempt === 0) {
      await runStore.log(run.id, 'environment', described(environment));
      void spawnRun({ env, runStore, environment }, run);
    }
    return run;
  }

  return {
    preflight: async (request, onChecks) => {
      const listening = onChecks === undefined ? {} : { onChecks };
      return (await inspectRecipe({ env, recipeFiles, runStore, ...listening }, request)).preflight;
    },
    launch: (request) => {
      const known = launching.get(request.idempotencyKey);
      if (known !== undefined) return known;
      const started = launch(request).finally(() => launching.delete(request.idempotencyKey));
      launching.set(request.idempotencyKey, started);
      return started;
    },
    resume: async (id) => {
      const failed = [checkProcesses(env), await checkStorage(env)].find(({ status }) => status === 'failed');
      if (failed !== undefined) throw new AppError('unprocessable', `${failed.title}: ${failed.detail}`);
      const { entry, script = null, files, rehearsal } = await runStore.snapshot(id);
      const environment =
        rehearsal === undefined
          ? await makeRunEnvironment({ env, recipeFiles }, { entry, script })
          : await rehearsalEnvironment(env, { script: textOf(files, script), withheld: rehearsal.withheld });
      // a process killed a moment ago may still look alive in the store
      await runStore.markLost(LOST_AFTER_MS);
      const run = await runStore.transition(id, 'queued', 'resumed');
      await runStore.log(id, 'environment', described(environment));
      void spawnRun({ env, runStore, environment }, run);
      return run;
    },
  };
}

/** What the log says of a script: that it ran, and its output. */
function described({ script, lines }: RunEnvironment): readonly string[] {
  return script === null ? [] : [`${script} prepared the environment.`, ...lines];
}

async function describeRun(
  recipeFiles: RecipeFiles,
  request: LaunchRequest,
  { config, ...inspection }: Inspection & { readonly config: RecipeConfig },
): Promise<NewRun> {
  const folder = path.posix.dirname(request.entry);
  const variant = path.posix.basename(request.entry).replace(/\.ya?ml$/i, '');
  return {
    name: request.name ?? `${folder} ${variant}${request.rehearsal === undefined ? '' : ' rehearsal'}`,
    recipe: folder,
    variant,
    backend: backendOf(config),
    model: config.service.inference_service.model ?? null,
    seed: config.data.seed,
    totalSteps: config.trainer.total_train_steps,
    snapshot: await takeSnapshot(recipeFiles, request, inspection),
    idempotencyKey: request.idempotencyKey,
  };
}

async function takeSnapshot(
  recipeFiles: RecipeFiles,
  { entry, overrides }: LaunchRequest,
  { recipe: { composed, environment }, resolved, preflight }: Omit<Inspection, 'config'>,
): Promise<RecipeSnapshot> {
  return {
    files: await recipeFiles.snapshot(entry, layersOf(composed)),
    entry,
    overrides,
    script: environment.script,
    composedYaml: composed.composed === null ? '' : yamlText(composed.composed),
    resolved,
    ...(preflight.rehearsal === undefined ? {} : { rehearsal: preflight.rehearsal }),
  };
}

function textOf(files: Readonly<Record<string, string>>, script: string | null): string | null {
  return script === null ? null : (files[script] ?? null);
}
