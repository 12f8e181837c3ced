import type { DataRow, Dataset } from '@/lib/datasets/dataset';
import { imitationDatum } from '@/lib/rl/build-datum';
import type { Datum } from '@/lib/rl/datum';
import { deriveSeed, shuffledOrder } from '@/lib/rl/seeded-random';
import type { InferenceService } from '@/lib/services/inference-service';
import type { TrainingService } from '@/lib/services/training-service';
import { demonstratedTurns } from '@/lib/recipes/demonstrated-turns';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import type { WarmStartRecord } from '../run-state';
import { createDemonstrator, type Demonstrator, type DemonstratorParts } from './demonstrations';
import { optimizer, type TrainingSettings } from './optimizer-settings';

export type WarmStartSettings = NonNullable<RecipeConfig['trainer']['warm_start']>;

export type WarmStartProgress = {
  /** Once per update, with its 0-based index; `exact` when the sampled rate was checked after it. */
  readonly onUpdate: (
    update: number,
    values: { readonly loss: number; readonly exact: number | null },
  ) => void;
  /** Waits while the run is paused. */
  readonly gate: () => Promise<void>;
};

/** Supervised training on the training rows until the policy answers some of them when it is sampled. */
export type WarmStart = {
  run(progress: WarmStartProgress, signal: AbortSignal): Promise<WarmStartRecord>;
};

export type WarmStartParts = {
  readonly training: TrainingService;
  readonly inference: InferenceService;
  /** Makes the sampler use the trainer's weights. */
  readonly publish: (signal: AbortSignal) => Promise<void>;
  readonly dataset: Dataset;
  readonly settings: WarmStartSettings;
  readonly optimizerSettings: TrainingSettings;
  readonly promptKey: string;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly seed: number;
  readonly operationPrefix: string;
  /** For workers of several turns; null = the answer is the completion. */
  readonly agent: Pick<DemonstratorParts, 'workerFor' | 'tokenizer'> | null;
};

/** Rows in the order of a pass over the data. */
type OrderOf = (purpose: 'warm_start_order' | 'warm_start_check', pass: number) => Uint32Array;
type Bench = WarmStartParts & { readonly orderOf: OrderOf; readonly demonstrator: Demonstrator | null };

type Example = { readonly prompt: string; readonly answer: string; readonly row: DataRow };

export function createWarmStart(parts: WarmStartParts): WarmStart {
  const { settings } = parts;
  return {
    run: async ({ onUpdate, gate }, signal) => {
      const { agent, inference } = parts;
      const demonstrator = agent === null ? null : createDemonstrator({ ...agent, inference }, signal);
      const bench: Bench = { ...parts, orderOf: rememberOrders(parts), demonstrator };
      const loss: number[] = [];
      const exact: { update: number; share: number }[] = [];
      for (let update = 0; update < settings.max_updates; update += 1) {
        await gate();
        const value = await trainOn(bench, update, signal);
        loss.push(value);
        const isCheck = (update + 1) % settings.check_every === 0 || update + 1 === settings.max_updates;
        const share = isCheck ? await sampledExactRate(bench, update, signal) : null;
        if (share !== null) exact.push({ update, share });
        onUpdate(update, { loss: value, exact: share });
        if (share !== null && share >= settings.until_exact) break;
      }
      return { loss, exact };
    },
  };
}

async function trainOn(parts: Bench, update: number, signal: AbortSignal): Promise<number> {
  const { settings, optimizerSettings, training } = parts;
  const examples = await Promise.all(
    rowsOf(parts, 'warm_start_order', {
      first: update * settings.batch_size,
      count: settings.batch_size,
    }).map((row) => example(parts, row)),
  );
  const metrics = await training.trainStep(
    {
      operationId: `${parts.operationPrefix}-warm-${update}`,
      batch: await datumsOf(parts, examples, signal),
      loss: { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 },
      optimizer: optimizer(optimizerSettings, settings.learning_rate),
    },
    signal,
  );
  return metrics.loss ?? NaN;
}

async function datumsOf(
  { inference, demonstrator, settings }: Bench,
  examples: readonly Example[],
  signal: AbortSignal,
): Promise<readonly Datum[]> {
  if (demonstrator !== null) {
    const shown = examples.map(({ row, prompt }) =>
      demonstrator.demonstrate(row, prompt, demonstratedTurns(row[settings.answer_key])),
    );
    return (await Promise.all(shown)).flat();
  }
  const prompts = await inference.encode(
    examples.map(({ prompt }) => prompt),
    { appendEnd: false },
    signal,
  );
  const answers = await inference.encode(
    examples.map(({ answer }) => answer),
    { appendEnd: true },
    signal,
  );
  return prompts.map((prompt, index) => imitationDatum(prompt, answers[index] ?? []));
}

/** Share of completions, sampled at temperature 1 on training prompts, that are the answer and end by themselves. */
async function sampledExactRate(parts: Bench, update: number, signal: AbortSignal): Promise<number> {
  const { settings, inference } = parts;
  await parts.publish(signal);
  const count = settings.check_samples;
  const rows = rowsOf(parts, 'warm_start_check', { first: (update + 1) * count, count });
  const hits = await Promise.all(
    rows.map(async (row, index) => {
      const { prompt, answer, row: data } = await example(parts, row);
      const seed = deriveSeed(parts.seed, 'warm_start_check', update, index);
      if (parts.demonstrator !== null) {
        const turns = demonstratedTurns(data[settings.answer_key]);
        return parts.demonstrator.isExact(data, prompt, { turns, seed });
      }
      const request = { prompt, maxTokens: parts.maxTokens, temperature: 1, stop: parts.stop, seed };
      const generation = await inference.generate(request, signal);
      return generation.stopReason === 'stop' && generation.text === answer;
    }),
  );
  return hits.filter(Boolean).length / Math.max(1, hits.length);
}

/** Rows `first` … of an endless sequence of seeded passes over the data. */
function rowsOf(
  { dataset, orderOf }: Bench,
  purpose: 'warm_start_order' | 'warm_start_check',
  { first, count }: { readonly first: number; readonly count: number },
): readonly number[] {
  return Array.from({ length: count }, (_, offset) => {
    const place = first + offset;
    const pass = Math.floor(place / dataset.count);
    return orderOf(purpose, pass)[place % dataset.count] ?? 0;
  });
}

function rememberOrders({ dataset, seed }: WarmStartParts): OrderOf {
  const orders = new Map<string, Uint32Array>();
  return (purpose, pass) => {
    const name = `${purpose}-${pass}`;
    const order = orders.get(name) ?? shuffledOrder(dataset.count, deriveSeed(seed, purpose, pass));
    orders.set(name, order);
    return order;
  };
}

async function example({ dataset, promptKey, settings }: WarmStartParts, row: number): Promise<Example> {
  const data = await dataset.row(row);
  return { prompt: text(data[promptKey]), answer: text(data[settings.answer_key]), row: data };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}
