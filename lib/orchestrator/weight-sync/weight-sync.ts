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

/** Strictly on-policy: the caller waits for `sync` before it asks for the next rollout. */
export function createWeightSync({ training, inference }: WeightSyncServices): WeightSync {
  let version = 0;
  /** What the service calls this version: it counts from its own start, not from the run's. */
  let published = 0;
  return {
    get version() {
      return version;
    },
    sync: async (next, signal) => {
      const ref = await training.publishWeights(`version-${next}`, signal);
      await inference.loadWeights(ref, signal);
      version = next;
      published = ref.version;
    },
    versionOf: (serviceVersion) => Math.max(0, version - (published - serviceVersion)),
  };
}
