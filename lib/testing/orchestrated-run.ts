import { parquetWriteBuffer } from 'hyparquet-writer';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunId } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import { readEnv, type Env } from '@/lib/env';
import { createRunStore } from '@/lib/run-store/create-run-store';
import type { RunStore } from '@/lib/run-store/run-store';
import { aNewRun, aSnapshot } from './builders';
import type { TestDatabase } from './test-database';

/** Scores 1 for the right answer and less the farther away its first character is: every group has a best rollout. */
export const DIGIT_EVALUATOR = `
  import { type Evaluator, type EvaluationTarget } from 'galley/evaluator';
  export class DigitEvaluator implements Evaluator {
    evaluate(data: Readonly<Record<string, unknown>>, target: EvaluationTarget) {
      const right = target.finalAnswer === data.answer;
      const code = (text: unknown) => String(text).charCodeAt(0) || 0;
      const distance = Math.min(256, Math.abs(code(target.finalAnswer) - code(data.answer)));
      return { reward: right ? 1 : 0.5 - distance / 512, groundTruth: String(data.answer),
        metrics: { exact_match: right ? 1 : 0 } };
    }
  }`;

export type OrchestratedRun = {
  readonly env: Env;
  readonly store: RunStore;
  /** A queued run of the digits task; a nested object overrides parts of its config. */
  readonly launch: (changes?: Config, evaluator?: string, file?: string) => Promise<RunId>;
};

type Config = Readonly<Record<string, unknown>>;

/** A recipe on disk in a folder of its own, and runs of it in a store of its own. */
export async function orchestratedRuns({ db, url, folder }: TestDatabase): Promise<OrchestratedRun> {
  const env = readEnv({
    GALLEY_ROOT: folder,
    GALLEY_DATA_DIR: 'data',
    GALLEY_RECIPES_DIR: 'recipes',
    GALLEY_DATABASE_URL: url,
  });
  const recipe = path.join(env.recipesDir, 'digits');
  await mkdir(recipe, { recursive: true });
  await writeRows(path.join(recipe, 'train.parquet'), 24);
  await writeRows(path.join(recipe, 'test.parquet'), 6);
  const store = createRunStore(db);
  return {
    env,
    store,
    launch: async (changes = {}, evaluator = DIGIT_EVALUATOR, file = 'evaluator.ts') => {
      const resolved = merge(digitsConfig(), changes);
      const files = { 'digits/embedded.yaml': '', [`digits/agent_workspace/${file}`]: evaluator };
      const run = await store.create(
        aNewRun({ snapshot: aSnapshot({ entry: 'digits/embedded.yaml', files, resolved }) }),
      );
      return run.id;
    },
  };
}

async function writeRows(file: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => index);
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'prompt', data: rows.map((row) => `digit ${row}=`), type: 'STRING' },
      { name: 'answer', data: rows.map((row) => String((row * 7) % 10)), type: 'STRING' },
    ],
  });
  await writeFile(file, Buffer.from(buffer));
}

function digitsConfig(): Config {
  return {
    data: {
      seed: 7,
      data_files: ['train.parquet'],
      batch_size: 8,
      rollout_repeat_n: 4,
      shuffle: true,
      drop_last: true,
      max_response_length: 4,
    },
    rollout_worker: {
      type: 'simple',
      num_workers: 6,
      evaluator_module_path: 'agent_workspace/evaluator.ts:DigitEvaluator',
      evaluator_timeout: 5,
    },
    trainer: {
      type: 'embedded_grpo',
      total_train_steps: 12,
      save_freq: 2,
      warm_start: {
        answer_key: 'answer',
        until_exact: 0.2,
        check_every: 2,
        check_samples: 32,
        max_updates: 6,
        batch_size: 8,
        learning_rate: 0.0005,
      },
    },
    service: {
      inference_service: { backend: 'embedded' },
      train_service: {
        actor: {
          backend: 'embedded',
          config: {
            loss_fn: 'ppo',
            learning_rate: 0.002,
            max_mini_batches: 2,
            min_mini_batch_sequences: 8,
            target_kl: 0.01,
          },
        },
      },
    },
    validate: {
      validate_before_train: true,
      data: { data_files: ['test.parquet'] },
      eval: { validate_freq: 4 },
    },
  };
}

function merge(base: Config, changes: Config): Config {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const old = merged[key];
    merged[key] = isConfig(old) && isConfig(value) ? merge(old, value) : value;
  }
  return merged;
}

function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Time-free values of a run by key and step, as its current attempts have them, from the event log alone. */
export async function seriesOf(store: RunStore, runId: RunId): Promise<Readonly<Record<string, number>>> {
  const attempts = await store.attempts(runId);
  const isCurrent = ({ attempt, step }: { attempt: number; step: number }): boolean =>
    attempts.every(({ number, startStep }) => number <= attempt || step < startStep);
  const series: Record<string, number> = {};
  for (const event of await eventsOf(store, runId)) {
    if (event.kind !== 'metrics' || !isCurrent(event)) continue;
    for (const [key, value] of Object.entries(event.values)) {
      if (/^(timing|throughput|memory)\//.test(key)) continue;
      const name = `${key}@${event.step}`;
      if (name in series) throw new Error(`${name} is there twice`);
      series[name] = value;
    }
  }
  return series;
}

/** The values of one key in the order of steps. */
export function valuesOf(series: Readonly<Record<string, number>>, key: string): readonly number[] {
  const steps = Object.keys(series).flatMap((name) =>
    name.startsWith(`${key}@`) ? Number(name.slice(key.length + 1)) : [],
  );
  return steps.sort((left, right) => left - right).map((step) => series[`${key}@${step}`] ?? NaN);
}

export async function eventsOf(store: RunStore, runId: RunId): Promise<readonly RunEvent[]> {
  return store.events({ runs: [runId], after: 0, limit: 100_000 });
}

export async function messagesOf(store: RunStore, runId: RunId): Promise<readonly string[]> {
  return (await eventsOf(store, runId)).flatMap((event) => (event.kind === 'log' ? event.message : []));
}
