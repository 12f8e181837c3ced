import type { ModelRegistry } from '@/lib/embedded/model-registry';
import type { BaseModel, BaseModels } from '@/lib/embedded/base-models';
import { type Checkpoints, parseTinkerPath } from './checkpoints';
import type { RunRecords } from './run-records';
import { createSamplerHost, type SamplerHost } from './sampler-host';
import type { SamplingSession, Session } from './sessions';
import { unprocessable } from './tinker-error';

/** Opens sampling sessions; those of one base model share a learner, which swaps weights. */
export type Samplers = {
  open(session: Session, wanted: WantedSampler): Promise<SamplingSession>;
};

export type WantedSampler = {
  /** Null = that of the checkpoint. */
  readonly baseModel: string | null;
  /** A checkpoint's path; null = the base model. */
  readonly modelPath: string | null;
};

export type SamplersOptions = {
  readonly registry: ModelRegistry;
  readonly baseModels: BaseModels;
  readonly checkpoints: Checkpoints;
  readonly records: RunRecords;
  readonly newId: () => string;
};

export function createSamplers(options: SamplersOptions): Samplers {
  const { registry, baseModels, checkpoints, records, newId } = options;
  const hosts = new Map<string, SamplerHost>();

  function hostOf(base: BaseModel): SamplerHost {
    const known = hosts.get(base.name);
    if (known !== undefined) return known;
    const host = createSamplerHost({ registry, base, baseFile: checkpoints.baseFile(base.name) });
    hosts.set(base.name, host);
    return host;
  }

  async function weightsOf({ baseModel, modelPath }: WantedSampler) {
    if (modelPath === null) {
      if (baseModel === null) throw unprocessable('A sampling session needs base_model or model_path.');
      return { base: baseModels.find(baseModel), weights: null };
    }
    const { ref, file } = await checkpoints.find(parseTinkerPath(modelPath));
    const record = await records.get(ref.runId);
    return { base: baseModels.find(record.baseModel), weights: file };
  }

  return {
    async open(session, wanted) {
      const { base, weights } = await weightsOf(wanted);
      const { modelPath } = wanted;
      const sampler = { id: `${session.id}:sample:${newId()}`, base, modelPath, weights, host: hostOf(base) };
      session.samplers.set(sampler.id, sampler);
      return sampler;
    },
  };
}
