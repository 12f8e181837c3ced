import { probeMlflow } from './mlflow/create-mlflow-tracker';
import { hasPackage } from './python/has-package';
import { trackerEnvironment } from './python/tracker-environment';
import type { TrackerName, Variables } from './tracker';

type Probed = {
  readonly variables: Variables;
  /** Name or path of the interpreter for packages. */
  readonly python: () => Promise<string>;
};

/** Why a tracker would not follow a run that began now, and what to do; null = nothing is known to be wrong. */
export async function probeTracker(
  name: TrackerName,
  { variables, python }: Probed,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    switch (name) {
      case 'console':
        return null;
      case 'mlflow':
        await probeMlflow(variables, signal);
        return null;
      case 'wandb':
      case 'swanlab': {
        const environment = trackerEnvironment(variables);
        if (!(await hasPackage(await python(), { name, environment }, signal))) {
          return `the Python package ${name} is not installed. Install it: pip install ${name}.`;
        }
        return name === 'wandb' ? keyTrouble(environment) : null;
      }
    }
  } catch (error) {
    if (signal.aborted) return 'it did not answer in time.';
    return error instanceof Error ? error.message : String(error);
  }
}

function keyTrouble({
  WANDB_API_KEY: key = '',
  WANDB_MODE: mode = 'online',
}: NodeJS.ProcessEnv): string | null {
  return key !== '' || mode !== 'online'
    ? null
    : 'WANDB_KEY is not set. Set it, log in with "wandb login", or write to this machine alone with WANDB_MODE=offline.';
}
