import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { type StageSpan, stageConfigs, stageSpans } from '@/lib/recipes/stages';
import { AppError } from '@/lib/shared/app-error';
import type { RunData } from './data-loader/open-run-data';

/** A stage of a run with its own configuration and data. */
export type PreparedStage = StageSpan &
  Pick<RunData, 'dataset' | 'filteredPrompts'> & { readonly config: RecipeConfig };

export type StagePreparation = {
  /** The resolved recipe. */
  readonly resolved: unknown;
  readonly config: RecipeConfig;
  readonly data: RunData;
  readonly totalSteps: number;
  readonly read: (resolved: unknown) => RecipeConfig;
  readonly open: (config: RecipeConfig) => Promise<RunData>;
};

/** The stages of a recipe; the whole run is one where it names none. Rejects with an `AppError` when they do not add up. */
export async function prepareStages(options: StagePreparation): Promise<readonly PreparedStage[]> {
  const { resolved, config, data, totalSteps } = options;
  const spans = stageSpans(resolved);
  if (spans.length === 0) {
    return [{ name: config.experiment_name, from: 0, to: totalSteps, config, ...data }];
  }
  const end = spans.at(-1)?.to ?? 0;
  if (end !== totalSteps) {
    throw new AppError(
      'invalid_input',
      `The stages have ${end} steps together, and the run has ${totalSteps}: set trainer.total_train_steps to ${end}` +
        (config.data.epochs === undefined || config.data.epochs === null
          ? '.'
          : ', and take data.epochs out.'),
    );
  }
  const configs = stageConfigs(resolved).map((stage) => options.read(stage));
  const stages: PreparedStage[] = [];
  for (const [index, span] of spans.entries()) {
    const own = configs[index] ?? config;
    stages.push({ ...span, ...(await options.open(own)), config: own });
  }
  return stages;
}
