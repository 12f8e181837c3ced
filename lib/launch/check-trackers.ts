import path from 'node:path';
import type { Env } from '@/lib/env';
import { findInterpreter } from '@/lib/python/find-interpreter';
import { createConfigView } from '@/lib/recipes/config-view';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { probeTracker } from '@/lib/trackers/probe-tracker';
import { trackerNames } from '@/lib/trackers/tracker-names';
import type { CodeFacts } from './check-evaluator';
import type { PreflightCheck } from './launch';

const LIMIT_MS = 2000;

type Checked = Pick<CodeFacts, 'variables'> & {
  readonly config: Pick<RecipeConfig, 'logger'>;
  readonly limitMs?: number;
};

/** Whether the trackers that the recipe names would follow the run. A run never waits for one, so it is no refusal. */
export async function checkTrackers(
  env: Env,
  entry: string,
  { config, variables, limitMs = LIMIT_MS }: Checked,
): Promise<readonly PreflightCheck[]> {
  const folders = [path.join(env.recipesDir, path.dirname(entry)), env.root];
  const python = async () => (await findInterpreter(env.python, folders)).command;
  return Promise.all(
    trackerNames(createConfigView(config).get('logger.backend')).map(
      async (name): Promise<PreflightCheck> => {
        const check = { id: `tracker-${name}`, title: `Tracker ${name}`, path: 'logger.backend' };
        const signal = AbortSignal.timeout(limitMs);
        const trouble = await probeTracker(name, { variables: variables.values, python }, signal);
        return trouble === null
          ? { ...check, status: 'passed', detail: 'It will follow the run.' }
          : {
              ...check,
              status: 'warning',
              detail: `It would not follow the run: ${trouble} The run goes on without it.`,
            };
      },
    ),
  );
}
