import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import type { InferenceService } from '../inference-service';
import { createTokenInference } from '../token-inference';
import type { TrainingService } from '../training-service';
import { createWeaverConnection, SERVICE_NAME, type WeaverConnectionOptions } from './weaver-connection';
import { weaverHealth } from './weaver-health';
import { type BaseModel, createWeaverModel } from './weaver-model';
import { promptLogprobs, sampleOnce } from './weaver-sampling';
import { createWeaverTraining } from './weaver-training';

export type WeaverOptions = WeaverConnectionOptions &
  BaseModel & {
    /** The tokenizer that the recipe names. */
    readonly loadTokenizer: () => Promise<Tokenizer>;
  };

/** Both services of one run at a Weaver service. Nothing is contacted before the first call; closing one closes both. */
export function connectWeaver(options: WeaverOptions): {
  readonly inference: InferenceService;
  readonly training: TrainingService;
} {
  const { baseModel, loadTokenizer } = options;
  const connection = createWeaverConnection(options);
  const model = createWeaverModel(connection, options);
  const parts = { connection, model, baseModel };
  return {
    training: createWeaverTraining(parts),
    inference: createTokenInference({
      service: SERVICE_NAME,
      tokenizerName: () => model.current().tokenizerPath,
      loadTokenizer,
      open: (path, version, signal) => model.openSampler(path, version, signal),
      draw: (from, ask, signal) => sampleOnce(connection, from, { ask, signal }),
      logprobs: (from, tokens, signal) => promptLogprobs(connection, from, { tokens, signal }),
      health: (signal) => weaverHealth(parts, signal),
      close: () => model.close(),
    }),
  };
}
