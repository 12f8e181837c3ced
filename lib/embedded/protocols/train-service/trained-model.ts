import { rm } from 'node:fs/promises';
import path from 'node:path';
import { createFirstAnswers } from '@/lib/embedded/first-answers';
import type { HostedModel } from '@/lib/embedded/hosted-model';
import { Refusal } from '@/lib/embedded/refusal';
import { writeWeightFolder } from '@/lib/embedded/weight-folders';
import { createGatheredSteps, type GatheredSteps } from './gathered-steps';

export type Asked = { readonly epoch: number; readonly operationId: string };
export type Saved = { readonly path: string; readonly bytes: number; readonly weightVersion: number };
export type Loaded = { readonly epoch: number; readonly weightVersion: number };

/** A hosted model under the protocol's rules: an operation id is done once, and only in its own epoch. */
export type TrainedModel = {
  readonly model: HostedModel;
  readonly identifier: string;
  readonly baseModel: string;
  epoch(): number;
  /** Throws a `Refusal` for a call of another epoch; gives the steps of this one. */
  stepsOf(epoch: number): GatheredSteps;
  freezeReference(asked: Asked): Promise<void>;
  saveState(asked: Asked, file: string): Promise<Saved>;
  /** Publishes, and writes a folder for inference servers; of those it wrote, the newest `keep` stay. */
  saveWeights(asked: Asked, place: { readonly folder: string; readonly keep: number | null }): Promise<Saved>;
  /** What was sent before it belongs to the epoch before. */
  loadState(asked: Asked, file: string): Promise<Loaded>;
};

export type TrainedModelParts = Pick<TrainedModel, 'model' | 'identifier' | 'baseModel'> & {
  readonly dataDir: string;
};

/** Where paths that are not absolute lead, below the data folder. */
const FOLDER = 'train-service';

export function createTrainedModel({ dataDir, ...hosted }: TrainedModelParts): TrainedModel {
  const { model } = hosted;
  const steps = createGatheredSteps(model);
  const frozen = createFirstAnswers<unknown>();
  const saved = createFirstAnswers<Saved>();
  const loaded = createFirstAnswers<Loaded>();
  let written: readonly string[] = [];
  let epoch = 0;

  const place = (name: string): string => path.resolve(dataDir, FOLDER, name);

  function checkEpoch(asked: number): void {
    if (asked === epoch) return;
    const message = `The call belongs to epoch ${asked} of the model ${hosted.identifier}, which is in epoch ${epoch}: a state was loaded in between. Open the model again.`;
    throw new Refusal('stale_epoch', message);
  }

  async function writeFolder(operationId: string, folder: string, keep: number | null): Promise<Saved> {
    const weightVersion = await model.publish(operationId);
    const { path: target, bytes } = await writeWeightFolder(dataDir, place(folder), model);
    written = [...written.filter((older) => older !== target), target];
    const stale = keep === null ? [] : written.slice(0, -keep);
    for (const older of stale) await rm(older, { recursive: true, force: true });
    written = written.filter((each) => !stale.includes(each));
    return { path: target, bytes, weightVersion };
  }

  async function load(file: string): Promise<Loaded> {
    // at once: what comes in from now on comes behind the load
    epoch += 1;
    steps.drop();
    try {
      const weightVersion = await model.loadState(place(file));
      steps.forget();
      return { epoch, weightVersion };
    } catch (error) {
      // nothing was loaded; a model that is in doubt has been closed
      epoch -= 1;
      throw error;
    }
  }

  return {
    ...hosted,
    epoch: () => epoch,
    stepsOf(asked) {
      checkEpoch(asked);
      return steps;
    },
    async freezeReference(asked) {
      checkEpoch(asked.epoch);
      await frozen.once(asked.operationId, () => model.freezeReference());
    },
    async saveState(asked, file) {
      checkEpoch(asked.epoch);
      return await saved.once(asked.operationId, async () => {
        const state = await model.saveState(place(file));
        return { ...state, weightVersion: model.weightVersion() };
      });
    },
    async saveWeights(asked, { folder, keep }) {
      checkEpoch(asked.epoch);
      return await saved.once(asked.operationId, () => writeFolder(asked.operationId, folder, keep));
    },
    async loadState(asked, file) {
      return await loaded.once(asked.operationId, () => {
        checkEpoch(asked.epoch);
        return load(file);
      });
    },
  };
}
