import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { type StageSpan, stageConfigs, stageSpans } from '@/lib/recipes/stages';
import { AppError } from '@/lib/shared/app-error';
import type { TrainingData } from './data-loader/open-run-data';

/** A stage of a run with its own configuration and data. */
export type PreparedStage = StageSpan & TrainingData & { readonly config: RecipeConfig };

export type PreparedStages = {
  /** In order, at least one. */
  readonly stages: readonly [PreparedStage, ...PreparedStage[]];
  readonly totalSteps: number;
};

export type StagePreparation = {
  /** The resolved recipe. */
  readonly resolved: unknown;
  readonly config: RecipeConfig;
  readonly read: (resolved: unknown) => RecipeConfig;
  readonly open: (config: RecipeConfig) => Promise<TrainingData>;
  /** Steps of a run without stages over its data. */
  readonly stepsOf: (data: TrainingData) => number;
};

/**
 * The stages of a recipe, each with its data; the whole run is one where it names none. Stages over the same data share
 * them. Rejects with an `AppError` when they do not add up.
 */
export async function prepareStages(options: StagePreparation): Promise<PreparedStages> {
  const { resolved, config } = options;
  const open = openOnce(options.open);
  const spans = stageSpans(resolved);
  if (spans.length === 0) {
    const data = await open(config);
    const to = options.stepsOf(data);
    return { stages: [{ name: config.experiment_name, from: 0, to, config, ...data }], totalSteps: to };
  }
  requireSum(spans, config);
  const configs = stageConfigs(resolved).map((stage) => options.read(stage));
  const stages: PreparedStage[] = [];
  for (const [index, span] of spans.entries()) {
    const own = configs[index] ?? config;
    stages.push({ ...span, ...(await open(own)), config: own });
  }
  const [first, ...others] = stages;
  if (first === undefined) throw new Error('A recipe with stages has a first one.');
  return { stages: [first, ...others], totalSteps: config.trainer.total_train_steps };
}

/** A file may take minutes to filter: what was opened for one stage serves the others that ask for the same. */
function openOnce(open: StagePreparation['open']): StagePreparation['open'] {
  const opened = new Map<string, Promise<TrainingData>>();
  return (config) => {
    const { data_files, prompt_key, filter_prompts, max_prompt_length, tokenizer_path } = config.data;
    const key = JSON.stringify({ data_files, prompt_key, filter_prompts, max_prompt_length, tokenizer_path });
    const known = opened.get(key) ?? open(config);
    opened.set(key, known);
    return known;
  };
}

function requireSum(spans: readonly StageSpan[], { data, trainer }: RecipeConfig): void {
  const end = spans.at(-1)?.to ?? 0;
  const hasEpochs = data.epochs !== undefined && data.epochs !== null;
  if (end === trainer.total_train_steps && !hasEpochs) return;
  throw new AppError(
    'invalid_input',
    `The stages have ${end} steps together, and the run has ${trainer.total_train_steps}` +
      (hasEpochs ? ' at most, with data.epochs: ' : ': ') +
      `set trainer.total_train_steps to ${end}${hasEpochs ? ', and take data.epochs out.' : '.'}`,
  );
}
