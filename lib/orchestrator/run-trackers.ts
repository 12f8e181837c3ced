import path from 'node:path';
import type { Database } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';
import { type Env, processEnvironment } from '@/lib/env';
import { createConfigView } from '@/lib/recipes/config-view';
import { createRunStore } from '@/lib/run-store/create-run-store';
import type { RecipeSnapshot } from '@/lib/run-store/run-store';
import { openTrackers, trackerScript } from '@/lib/trackers/open-trackers';
import { NO_TRACKERS, type RunTrackers, trackRun } from '@/lib/trackers/track-run';
import { trackedRun } from '@/lib/trackers/tracked-run';
import { trackerNames } from '@/lib/trackers/tracker-names';

type Tracked = { readonly env: Env; readonly runId: RunId; readonly snapshot: RecipeSnapshot };

/** The trackers that a run's recipe names. Never rejects: what is wrong with a run is not theirs to say. */
export async function openRunTrackers(db: Database, tracked: Tracked): Promise<RunTrackers> {
  try {
    return await openNamed(db, tracked);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return trackRun((say) => {
      say(`No tracker follows this run: ${why}`);
      return [];
    });
  }
}

async function openNamed(db: Database, { env, runId, snapshot }: Tracked): Promise<RunTrackers> {
  const { resolved, entry } = snapshot;
  const config = createConfigView(resolved);
  const names = trackerNames(config.get('logger.backend'));
  if (names.length === 0) return NO_TRACKERS;
  const store = createRunStore(db);
  const recipeFolder = path.join(env.recipesDir, path.dirname(entry));
  return openTrackers({
    names,
    run: trackedRun(await store.get(runId), {
      project: config.text('project_name') ?? 'galley',
      resolved,
      identity: await store.identity(runId),
    }),
    variables: processEnvironment(),
    pythonNamed: env.python,
    venvFolders: [recipeFolder, env.root],
    script: trackerScript(env.root),
    folder: path.join(env.dataDir, 'trackers', String(runId)),
    print: (line) => console.log(line),
  });
}
