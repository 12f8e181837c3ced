import type { InferenceService } from '@/lib/services/inference-service';
import type { TrainingService } from '@/lib/services/training-service';

/** Moves weights from the trainer to the sampler and knows which are where. */
export type WeightSync = {
  /** Version that rollouts use; counted over all attempts of a run. */
  readonly version: number;
  /** Publishes the trainer's weights and makes the sampler use them. */
  sync(version: number, signal: AbortSignal): Promise<void>;
  /** The run's number for a version as the inference service counts it. */
  versionOf(serviceVersion: number): number;
};

export type WeightSyncServices = {
  readonly training: TrainingService;
  readonly inference: InferenceService;
};

/** Publications that are remembered: a rollout in flight was begun under one of the last few. */
const REMEMBERED = 64;

/** Rollouts may be in flight during a `sync`: what they sample afterwards comes from the new weights. */
export function createWeightSync({ training, inference }: WeightSyncServices): WeightSync {
  let version = 0;
  /** What the service calls a version: it counts from its own start, and once per publication. Newest last. */
  let published: readonly { readonly service: number; readonly run: number }[] = [];
  return {
    get version() {
      return version;
    },
    sync: async (next, signal) => {
      const ref = await training.publishWeights(`version-${next}`, signal);
      // before they are loaded: the first rollout with them may be done before the load is answered
      published = [...published, { service: ref.version, run: next }].slice(-REMEMBERED);
      await inference.loadWeights(ref, signal);
      version = next;
    },
    versionOf: (serviceVersion) => {
      const known = published.findLast(({ service }) => service <= serviceVersion) ?? published[0];
      return known?.run ?? version;
    },
  };
}
