import { z } from 'zod';
import { encodeMetricValue } from '@/lib/domain/run-event';
import { configLeaves } from '@/lib/insight/config-leaves';
import type { TrackedEnd, TrackedPoint, TrackedRun, Tracker, Variables } from '../tracker';
import { createMlflowClient, type MlflowClient, MlflowError } from './mlflow-client';

/** Of one request of `runs/log-batch`, by its documentation. */
const MAX_METRICS = 1000;
const MAX_PARAMS = 100;
/** Every server stores keys up to 250 and values up to 500 characters. */
const MAX_KEY = 250;
const MAX_VALUE = 500;
/** By which a run is found again when another process continues it. */
const KEY_TAG = 'galley.run';

const STATUS: Readonly<Record<TrackedEnd, string>> = {
  succeeded: 'FINISHED',
  stopped: 'KILLED',
  failed: 'FAILED',
};

const Experiment = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const NewExperiment = z.object({ experiment_id: z.string() });
const RunAnswer = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });
const Runs = z.object({ runs: z.array(RunAnswer.shape.run).default([]) });

/** Writes to an MLflow server by REST: no Python is needed. */
export function createMlflowTracker(
  run: TrackedRun,
  { variables, now = Date.now }: { readonly variables: Variables; readonly now?: () => number },
): Tracker {
  let opened: { readonly client: MlflowClient; readonly runId: string } | null = null;
  const current = () => {
    if (opened === null) throw new Error('it was not opened.');
    return opened;
  };
  return {
    name: 'mlflow',
    open: async (signal) => {
      const client = createMlflowClient(variables);
      const experimentId = await findExperiment(client, run.project, signal);
      const known = await findRun(client, { experimentId, key: run.key }, signal);
      if (known !== null) await client.post('runs/update', { run_id: known, status: 'RUNNING' }, signal);
      const runId = known ?? (await createRun(client, { experimentId, run, startTime: now() }, signal));
      // the same parameters again change nothing
      for (const params of chunks(paramsOf(run.config), MAX_PARAMS)) {
        await client.post('runs/log-batch', { run_id: runId, params }, signal);
      }
      opened = { client, runId };
    },
    log: async (points, signal) => {
      const { client, runId } = current();
      for (const metrics of chunks(points.flatMap(metricsOf), MAX_METRICS)) {
        await client.post('runs/log-batch', { run_id: runId, metrics }, signal);
      }
    },
    end: async (status, signal) => {
      const { client, runId } = current();
      await client.post('runs/update', { run_id: runId, status: STATUS[status], end_time: now() }, signal);
    },
    close: () => {
      opened = null;
    },
  };
}

async function findExperiment(client: MlflowClient, name: string, signal: AbortSignal): Promise<string> {
  const find = async (): Promise<string> => {
    const answer = await client.get('experiments/get-by-name', { experiment_name: name }, signal);
    return Experiment.parse(answer).experiment.experiment_id;
  };
  try {
    return await find();
  } catch (error) {
    if (!isCode(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
  }
  try {
    return NewExperiment.parse(await client.post('experiments/create', { name }, signal)).experiment_id;
  } catch (error) {
    // another run has made it meanwhile
    if (!isCode(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
    return find();
  }
}

async function findRun(
  client: MlflowClient,
  { experimentId, key }: { readonly experimentId: string; readonly key: string },
  signal: AbortSignal,
): Promise<string | null> {
  const question = {
    experiment_ids: [experimentId],
    filter: `tags.\`${KEY_TAG}\` = '${key}'`,
    max_results: 1,
  };
  const { runs } = Runs.parse(await client.post('runs/search', question, signal));
  return runs[0]?.info.run_id ?? null;
}

async function createRun(
  client: MlflowClient,
  {
    experimentId,
    run,
    startTime,
  }: { readonly experimentId: string; readonly run: TrackedRun; readonly startTime: number },
  signal: AbortSignal,
): Promise<string> {
  const tags = [
    { key: KEY_TAG, value: run.key },
    { key: 'galley.tags', value: run.tags.join(', ').slice(0, MAX_VALUE) },
  ];
  const body = { experiment_id: experimentId, run_name: run.name, start_time: startTime, tags };
  return RunAnswer.parse(await client.post('runs/create', body, signal)).run.info.run_id;
}

function paramsOf(config: unknown): readonly { readonly key: string; readonly value: string }[] {
  const params = new Map(
    configLeaves(config).map(([path, value]) => [nameOf(path), value.slice(0, MAX_VALUE)]),
  );
  return [...params].map(([key, value]) => ({ key, value }));
}

function metricsOf({ step, time, values }: TrackedPoint) {
  return Object.entries(values).map(([key, value]) => ({
    key: nameOf(key),
    value: encodeMetricValue(value),
    timestamp: time,
    step,
  }));
}

/** Letters that a name may have there. */
function nameOf(key: string): string {
  return key.replaceAll(/[^\w\-. /]/g, '_').slice(0, MAX_KEY);
}

function* chunks<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof MlflowError && error.code === code;
}

/** Whether the server answers, for preflight. Rejects with why not. */
export async function probeMlflow(variables: Variables, signal: AbortSignal): Promise<void> {
  const client = createMlflowClient(variables);
  await client.post('experiments/search', { max_results: 1 }, signal);
}
