import { z } from 'zod';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { AppError } from '@/lib/shared/app-error';
import type { InferenceService } from '../inference-service';
import { openOpenAi } from '../openai/open-openai';
import { openTrainService, type TrainServiceOptions } from '../train-service/open-train-service';
import type { TrainingService } from '../training-service';

/** A training service over HTTP, where secrets have been put in. */
const Server = z.object({
  url: z.string().nullish(),
  api_key: z.string().nullish(),
  actor: z.record(z.string(), z.unknown()).nullish(),
});

const Folders = z.object({
  sync_weight_path: z.string().nullish(),
  checkpoint_path: z.string().nullish(),
});

export type SelfHostedContext = {
  readonly root: string;
  /** Of the model at the training service, instead of the recipe's. */
  readonly modelName?: string;
  readonly onMessage?: (message: string) => void;
};

/**
 * Both halves of a recipe on servers of its own. The training service writes a folder of weights, which the inference servers
 * load: both see it under the same path. Throws an `AppError` for what is missing.
 */
export function openSelfHosted(
  config: RecipeConfig,
  context: SelfHostedContext,
): { readonly inference: InferenceService; readonly training: TrainingService } {
  const training = openTraining(config, context);
  return { inference: openOpenAi(config, context), training };
}

function actorOf({ service }: RecipeConfig) {
  const services = Object.entries(service.train_service);
  const actor = services.find(([, { role }]) => role === 'actor') ?? services[0];
  if (actor !== undefined) return actor;
  throw new AppError(
    'invalid_input',
    'The recipe has no training service: add one below service.train_service.',
  );
}

function openTraining(config: RecipeConfig, { modelName, onMessage }: SelfHostedContext): TrainingService {
  const [name, service] = actorOf(config);
  const setting = `service.train_service.${name}`;
  if (service.backend !== 'http') {
    throw new AppError(
      'unavailable',
      `${setting}.backend is "${service.backend}"; beside servers of your own, Galley trains through "http" (docs/protocols/train-service.md).`,
    );
  }
  const { url, api_key: apiKey, actor } = parse(Server, service, setting);
  if (url == null || url === '') {
    throw new AppError(
      'invalid_input',
      `${setting}.url is not set: it is the address of the training service.`,
    );
  }
  const sampling = config.rollout_worker.temperature;
  return openTrainService({
    url,
    identifier: modelName ?? service.identifier,
    temperature: sampling > 0 ? sampling : 1,
    ...(apiKey == null ? {} : { apiKey }),
    ...(actor == null ? {} : { config: { actor } }),
    ...(onMessage === undefined ? {} : { onNote: onMessage }),
    ...foldersOf(config),
  });
}

/** As the training service sees them. */
function foldersOf({ trainer }: RecipeConfig): Pick<TrainServiceOptions, 'weightFolder' | 'stateFolder'> {
  const { sync_weight_path: weightFolder, checkpoint_path: stateFolder } = parse(Folders, trainer, 'trainer');
  return {
    ...(weightFolder == null ? {} : { weightFolder }),
    ...(stateFolder == null ? {} : { stateFolder }),
  };
}

function parse<T>(schema: z.ZodType<T>, value: unknown, setting: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_input', `${setting} is not usable: ${z.prettifyError(parsed.error)}`);
}
