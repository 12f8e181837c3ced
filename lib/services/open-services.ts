import { backendOf, type RecipeConfig } from '@/lib/recipes/recipe-config';
import { teacherCheckpoint } from '@/lib/recipes/teacher-checkpoint';
import type { RunId } from '@/lib/domain/run';
import { AppError } from '@/lib/shared/app-error';
import { createMockServices } from './mock/mock-services';
import { createRemoteMockServices } from './mock/remote-mock-services';
import { connectEmbedded } from './embedded/connect-embedded';
import { createEmbeddedTeacher, type EmbeddedTeacherOptions } from './embedded/embedded-teacher';
import { openSelfHosted } from './self-hosted/open-self-hosted';
import { openTinker } from './tinker/open-tinker';
import { openWeaver } from './weaver/open-weaver';
import type { InferenceService } from './inference-service';
import type { Teacher } from './teacher';
import type { TrainingService } from './training-service';

export type ServiceContext = {
  readonly dataDir: string;
  /** Root of the Galley that runs; see `readEnv`. */
  readonly root: string;
  readonly runId: RunId | number;
  /** Name of the model at the service, where it is not the run's own; by default `run-<id>`. */
  readonly modelName?: string;
  /** The bundle of the embedded service, if not the built one. */
  readonly bundle?: string;
  readonly serviceArguments?: readonly string[];
  /** What a service says to people, and why a run waits for it. */
  readonly onMessage?: (message: string) => void;
  /** Folder below the data directory for saved states; by default `<dataDir>/states/run-<id>`. */
  readonly stateFolder?: string;
};

export type Services = {
  readonly inference: InferenceService;
  readonly training: TrainingService;
  /** For on-policy distillation. */
  readonly teacher?: Teacher;
};

const DEFAULT_SHAPE = { width: 64, layers: 2, heads: 4, context: 64 };

/** The services of the backend that the recipe names. Rejects with `AppError('unavailable')` for one that is not built yet. */
export async function openServices(config: RecipeConfig, context: ServiceContext): Promise<Services> {
  if (config.service.inference_service.backend === 'mock') return openMock(config, context);
  const backend = backendOf(config);
  if (backend === 'self_hosted') return openSelfHosted(config, context);
  refuseMixedBackends(config, backend);
  return Promise.resolve(
    backend === 'embedded' ? openEmbedded(config, context) : openRemote(config, backend, context),
  );
}

function openEmbedded(config: RecipeConfig, context: ServiceContext): Services {
  const embedded = config.service.embedded_service;
  const model = embedded?.model ?? DEFAULT_SHAPE;
  const sampling = config.rollout_worker.temperature;
  const common = {
    dataDir: context.dataDir,
    root: context.root,
    ...(context.bundle === undefined ? {} : { bundle: context.bundle }),
    ...(context.serviceArguments === undefined ? {} : { serviceArguments: context.serviceArguments }),
    threads: embedded?.threads ?? null,
    temperature: sampling > 0 ? sampling : 1,
  };
  const { inference, training } = connectEmbedded({
    ...common,
    ...(context.stateFolder === undefined ? {} : { stateFolder: context.stateFolder }),
    modelName: modelNameOf(context),
    shape: { modelWidth: model.width, layers: model.layers, heads: model.heads, context: model.context },
  });
  const teacher = openTeacher(config, {
    ...common,
    modelName: `${modelNameOf(context)}-teacher`,
  });
  return { inference, training, ...(teacher === null ? {} : { teacher }) };
}

function modelNameOf({ modelName, runId }: ServiceContext): string {
  return modelName ?? `run-${runId}`;
}

const SAMPLER = { embedded: 'the embedded service', tinker: 'Tinker', weaver: 'Weaver' } as const;

/** A teacher at a service with an account is not built. */
function openRemote(
  config: RecipeConfig,
  backend: 'tinker' | 'weaver',
  { root, onMessage }: ServiceContext,
): Services {
  const { type } = config.trainer;
  if (type.endsWith('_opd')) {
    throw new AppError(
      'unavailable',
      `trainer.type is ${type}; distillation with a teacher at ${SAMPLER[backend]} is not built yet. Use remote_api_grpo.`,
    );
  }
  const open = backend === 'tinker' ? openTinker : openWeaver;
  return open(config, { root, ...(onMessage === undefined ? {} : { onMessage }) });
}

/** Weights of one backend do not reach the sampler of another. */
function refuseMixedBackends(config: RecipeConfig, backend: keyof typeof SAMPLER): void {
  const trainer = Object.entries(config.service.train_service).find(([, each]) => each.backend !== backend);
  if (trainer !== undefined) {
    const [name, { backend: other }] = trainer;
    throw new AppError(
      'unavailable',
      `service.train_service.${name}.backend is "${other}", but the recipe samples from ${SAMPLER[backend]}. Set it to "${backend}" too.`,
    );
  }
}

function openMock(config: RecipeConfig, context: ServiceContext): Services {
  const { mock_url: url } = config.service.inference_service;
  if (url != null) return createRemoteMockServices(url);
  const stateFolder = context.stateFolder ?? `${context.dataDir}/states/run-${context.runId}`;
  return createMockServices({ stateFolder });
}

function openTeacher(
  config: RecipeConfig,
  place: Omit<EmbeddedTeacherOptions, 'checkpoint'>,
): Teacher | null {
  const taught = teacherCheckpoint(config);
  if (taught === null) return null;
  if (taught.checkpoint === null) throw missingTeacher(taught.path);
  return createEmbeddedTeacher({ ...place, checkpoint: taught.checkpoint });
}

function missingTeacher(setting: string): AppError {
  return new AppError(
    'unprocessable',
    `The recipe distils and names no teacher: set ${setting} to a checkpoint of a run, such as checkpoints/run-12/step-300.`,
  );
}
