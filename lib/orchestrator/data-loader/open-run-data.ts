import path from 'node:path';
import type { Dataset } from '@/lib/datasets/dataset';
import { openDataset } from '@/lib/datasets/open-dataset';
import { openPromptCounter } from '@/lib/datasets/prompt-counter';
import type { Env } from '@/lib/env';
import { answerColumns, backendOf, type RecipeConfig } from '@/lib/recipes/recipe-config';
import { tokenizerOf } from '@/lib/recipes/tokenizer-of';
import { type FilterOptions, filterPrompts } from './filter-prompts';

/** The rows that a run, or a stage of it, trains on. */
export type TrainingData = {
  readonly dataset: Dataset;
  /** Rows that the prompt filter left out; null when it is off. */
  readonly filteredPrompts: number | null;
};

export type OpenRunDataOptions = {
  readonly env: Env;
  /** The variant, from the recipes root. */
  readonly entry: string;
  readonly onLine: (line: string) => void;
};

/** Rejects with an `AppError` that names the setting, file or column that is wrong. */
export async function openTrainingData(
  config: RecipeConfig,
  options: OpenRunDataOptions,
): Promise<TrainingData> {
  const { data } = config;
  const baseDirs = foldersOf(options);
  const dataset = await openDataset(data.data_files, {
    baseDirs,
    promptKey: data.prompt_key,
    alsoRequired: answerColumns(config),
  });
  return withFilter(dataset, { ...options, config, baseDirs, section: 'data' });
}

/** The rows that a run is validated on; null where it names none. Rejects as `openTrainingData` does. */
export async function openHeldOut(
  config: RecipeConfig,
  options: OpenRunDataOptions,
): Promise<Dataset | null> {
  const held = config.validate?.data;
  if (held?.data_files === undefined || held.data_files === null) return null;
  const baseDirs = foldersOf(options);
  const dataset = await openDataset(held.data_files, {
    baseDirs,
    promptKey: held.prompt_key ?? config.data.prompt_key,
    setting: 'validate.data.data_files',
  });
  const { dataset: kept } = await withFilter(dataset, {
    ...options,
    config,
    baseDirs,
    section: 'validate.data',
  });
  return firstRows(kept, held.max_rows ?? Infinity);
}

function firstRows(dataset: Dataset, most: number): Dataset {
  return dataset.count <= most ? dataset : { ...dataset, count: most };
}

function foldersOf({ env, entry }: OpenRunDataOptions): readonly string[] {
  return [path.join(env.recipesDir, path.dirname(entry)), env.root];
}

type Filtering = OpenRunDataOptions & {
  readonly config: RecipeConfig;
  readonly baseDirs: readonly string[];
  readonly section: 'data' | 'validate.data';
};

async function withFilter(
  dataset: Dataset,
  { config, env, baseDirs, section, onLine }: Filtering,
): Promise<TrainingData> {
  const settings = filterSettings(config, section);
  if (settings === null) return { dataset, filteredPrompts: null };
  const plan = { backend: backendOf(config), ...tokenizerOf(config, section) };
  const counter = await openPromptCounter(plan, { baseDirs, hubCache: env.hubCache });
  const filtered = await filterPrompts(dataset, { ...settings, counter, section });
  const { tooLong, unreadable } = filtered;
  onLine(
    `${section}.filter_prompts: ${filtered.dataset.count} of ${dataset.count} rows stay; ${tooLong} have a prompt above ` +
      `${settings.maxPromptLength} tokens, ${unreadable} none that can be counted.`,
  );
  return { dataset: filtered.dataset, filteredPrompts: tooLong + unreadable };
}

function filterSettings(
  { data, validate }: RecipeConfig,
  section: Filtering['section'],
): Pick<FilterOptions, 'promptKey' | 'maxPromptLength'> | null {
  if (section === 'data') {
    if (!data.filter_prompts) return null;
    return { promptKey: data.prompt_key, maxPromptLength: data.max_prompt_length };
  }
  const held = validate?.data;
  if (held?.filter_prompts !== true) return null;
  return {
    promptKey: held.prompt_key ?? data.prompt_key,
    maxPromptLength: held.max_prompt_length ?? data.max_prompt_length,
  };
}
