import path from 'node:path';
import type { Dataset } from '@/lib/datasets/dataset';
import { openDataset } from '@/lib/datasets/open-dataset';
import { openPromptCounter } from '@/lib/datasets/prompt-counter';
import type { Env } from '@/lib/env';
import { answerColumns, backendOf, type RecipeConfig } from '@/lib/recipes/recipe-config';
import { tokenizerOf } from '@/lib/recipes/tokenizer-of';
import { type FilterOptions, filterPrompts } from './filter-prompts';

/** The rows that a run trains on and is validated on. */
export type RunData = {
  readonly dataset: Dataset;
  readonly heldOut: Dataset | null;
  /** Training rows that the prompt filter left out; null when it is off. */
  readonly filteredPrompts: number | null;
};

export type OpenRunDataOptions = {
  readonly env: Env;
  /** The variant, from the recipes root. */
  readonly entry: string;
  readonly onLine: (line: string) => void;
};

/** Rejects with an `AppError` that names the setting, file or column that is wrong. */
export async function openRunData(config: RecipeConfig, options: OpenRunDataOptions): Promise<RunData> {
  const { env, entry } = options;
  const baseDirs = [path.join(env.recipesDir, path.dirname(entry)), env.root];
  const { data } = config;
  const all = await openDataset(data.data_files, {
    baseDirs,
    promptKey: data.prompt_key,
    alsoRequired: answerColumns(config),
  });
  const open = { ...options, config, baseDirs };
  const training = await withFilter(all, { ...open, section: 'data' });
  const held = config.validate?.data;
  if (held === undefined || held === null || held.data_files === undefined || held.data_files === null) {
    return { ...training, heldOut: null };
  }
  const heldOut = await openDataset(held.data_files, {
    baseDirs,
    promptKey: held.prompt_key ?? data.prompt_key,
    setting: 'validate.data.data_files',
  });
  const validation = await withFilter(heldOut, { ...open, section: 'validate.data' });
  return { ...training, heldOut: firstRows(validation.dataset, held.max_rows ?? Infinity) };
}

function firstRows(dataset: Dataset, most: number): Dataset {
  return dataset.count <= most ? dataset : { ...dataset, count: most };
}

type Filtering = OpenRunDataOptions & {
  readonly config: RecipeConfig;
  readonly baseDirs: readonly string[];
  readonly section: 'data' | 'validate.data';
};

async function withFilter(
  dataset: Dataset,
  { config, env, baseDirs, section, onLine }: Filtering,
): Promise<Pick<RunData, 'dataset' | 'filteredPrompts'>> {
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
