import path from 'node:path';
import { findInterpreter } from '@/lib/python/find-interpreter';
import { createConsoleTracker } from './console-tracker';
import { createFeed, type FeedTiming } from './create-feed';
import { createMlflowTracker } from './mlflow/create-mlflow-tracker';
import { createPythonTracker } from './python/create-python-tracker';
import { trackRun, type RunTrackers } from './track-run';
import type { TrackedRun, Tracker, TrackerName, Variables } from './tracker';

export type TrackersOptions = {
  readonly names: readonly TrackerName[];
  readonly run: TrackedRun;
  /** The run's environment; each tracker gets the part that concerns it. */
  readonly variables: Variables;
  readonly pythonNamed: string | null;
  /** Folders whose `.venv` may have the packages. */
  readonly venvFolders: readonly string[];
  /** `galley_tracker.py` */
  readonly script: string;
  /** Where packages may write, a folder each. */
  readonly folder: string;
  /** For the console tracker. */
  readonly print: (line: string) => void;
  readonly timing?: FeedTiming;
};

/** Opens the trackers of a run beside it: returns at once, whatever they do. */
export function openTrackers(options: TrackersOptions): RunTrackers {
  return trackRun((say) =>
    options.names.map((name) => createFeed(trackerOf(name, options), say, options.timing)),
  );
}

function trackerOf(name: TrackerName, options: TrackersOptions): Tracker {
  const { run, variables, script } = options;
  switch (name) {
    case 'console':
      return createConsoleTracker(options.print);
    case 'mlflow':
      return createMlflowTracker(run, { variables });
    case 'wandb':
    case 'swanlab':
      return createPythonTracker(run, {
        name,
        script,
        variables,
        folder: path.join(options.folder, name),
        python: async () => (await findInterpreter(options.pythonNamed, options.venvFolders)).command,
      });
  }
}

/** Where the Python half lies; `root` is `readEnv().root`. scripts/build-processes.mjs copies it there. */
export function trackerScript(root: string): string {
  return `${root}/.galley-build/lib/trackers/python/galley_tracker.py`;
}
