import { mkdir } from 'node:fs/promises';
import { encodeMetricValue } from '@/lib/domain/run-event';
import type { TrackedRun, Tracker, Variables } from '../tracker';
import { startTrackerProcess, type TrackerProcess } from './tracker-process';
import { trackerEnvironment } from './tracker-environment';

export type PythonTrackerOptions = {
  readonly name: 'wandb' | 'swanlab';
  /** Name or path of the interpreter. */
  readonly python: () => Promise<string>;
  /** galley_tracker.py */
  readonly script: string;
  /** Where the package may write. */
  readonly folder: string;
  readonly variables: Variables;
};

/** A tracker that is reached through its own Python package, in a process beside the run's. */
export function createPythonTracker(run: TrackedRun, options: PythonTrackerOptions): Tracker {
  const { name, script, folder } = options;
  let child: TrackerProcess | null = null;
  const ask = async (message: unknown, signal: AbortSignal): Promise<void> => {
    if (child === null) throw new Error('its process is not there.');
    await child.ask(message, signal);
  };
  return {
    name,
    open: async (signal) => {
      await mkdir(folder, { recursive: true });
      const command = await options.python();
      child?.kill();
      child = startTrackerProcess({
        command,
        args: ['-X', 'utf8', '-B', script, name],
        environment: trackerEnvironment(options.variables),
      });
      await ask({ op: 'open', run: { ...run, folder } }, signal);
    },
    log: (points, signal) => {
      const encoded = points.map(({ step, values }) => ({
        step,
        values: Object.fromEntries(
          Object.entries(values).map(([key, value]) => [key, encodeMetricValue(value)]),
        ),
      }));
      return ask({ op: 'log', points: encoded }, signal);
    },
    end: async (status, signal) => {
      await ask({ op: 'end', status }, signal);
      child?.end();
    },
    close: () => {
      child?.kill();
      child = null;
    },
  };
}
