import { createBaseModels } from '@/lib/embedded/base-models';
import { createFirstAnswers } from '@/lib/embedded/first-answers';
import type { ModelRegistry } from '@/lib/embedded/model-registry';
import { Refusal } from '@/lib/embedded/refusal';
import { readWeightFolder } from '@/lib/embedded/weight-folders';
import { createTrainedModel, type TrainedModel } from './trained-model';

/** The models that were opened through this protocol. */
export type TrainedModels = {
  /** One model per identifier: the older one is closed first. */
  open(asked: NewTrainedModel): Promise<TrainedModel>;
  /** A sign of life of the model's client. Throws a `Refusal` for one that is not there, or was dropped. */
  find(id: string): TrainedModel;
  list(): readonly TrainedModel[];
  remove(id: string): Promise<void>;
};

export type NewTrainedModel = {
  readonly operationId: string;
  readonly identifier: string;
  /** A base model by name, or a folder of weights that the service wrote. */
  readonly baseModel: string;
  readonly seed: number;
};

export type TrainedModelsOptions = {
  readonly registry: ModelRegistry;
  readonly dataDir: string;
  /** Further base models that the embedded one answers for. */
  readonly standIns: readonly string[];
};

export function createTrainedModels({ registry, dataDir, standIns }: TrainedModelsOptions): TrainedModels {
  const baseModels = createBaseModels(standIns);
  const opened = createFirstAnswers<TrainedModel>();
  const models = new Map<string, TrainedModel>();

  async function open({ identifier, baseModel, seed }: NewTrainedModel): Promise<TrainedModel> {
    const folder = baseModel.startsWith('/') ? await readWeightFolder(dataDir, baseModel) : null;
    const { shape } = folder ?? baseModels.find(baseModel);
    const model = await registry.open({ name: `train-${identifier}`, shape, seed, threads: null });
    if (folder !== null) await model.loadState(folder.weightsFile, { optimizer: false });
    forgetClosed();
    const trained = createTrainedModel({ model, identifier, baseModel, dataDir });
    models.set(model.id, trained);
    return trained;
  }

  /** The registry closes models by itself: who was silent, who was opened again. */
  function forgetClosed(): void {
    const open = new Set(registry.list().map(({ id }) => id));
    for (const id of [...models.keys()]) if (!open.has(id)) models.delete(id);
  }

  return {
    open: (asked) => opened.once(asked.operationId, () => open(asked)),
    find(id) {
      registry.get(id);
      const trained = models.get(id);
      if (trained === undefined) throw new Refusal('no_model', `The model ${id} is not one of this protocol`);
      return trained;
    },
    list() {
      forgetClosed();
      return [...models.values()];
    },
    remove: (id) => registry.remove(id),
  };
}
