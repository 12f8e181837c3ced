import path from 'node:path';
import type { InferenceService } from '../inference-service';
import type { TrainingService } from '../training-service';
import { createEmbeddedInference } from './embedded-inference';
import { createEmbeddedSession, type SessionOptions } from './embedded-session';
import { createEmbeddedTraining } from './embedded-training';

export type EmbeddedOptions = SessionOptions & {
  /** Where states are saved; by default `<dataDir>/states/<modelName>`. */
  readonly stateFolder?: string;
  /** Sampling temperature of the run; `TrainingService.forward` uses it too. */
  readonly temperature?: number;
  /** Uniform in [0, 1): seeds of requests that name none. */
  readonly random?: () => number;
};

export type EmbeddedConnection = {
  readonly inference: InferenceService;
  readonly training: TrainingService;
  /** Starts the service process if none runs; `training.open` does it too. */
  ensureRunning(signal: AbortSignal): Promise<void>;
};

/** Both services of one run on the embedded service. Nothing is contacted before the first call; closing one closes both. */
export function connectEmbedded(options: EmbeddedOptions): EmbeddedConnection {
  const session = createEmbeddedSession(options);
  const { dataDir, modelName } = options;
  return {
    inference: createEmbeddedInference(session, {
      dataDir,
      modelName,
      random: options.random ?? Math.random,
    }),
    training: createEmbeddedTraining(session, {
      dataDir,
      modelName,
      stateFolder: options.stateFolder ?? path.join(dataDir, 'states', modelName),
      temperature: options.temperature ?? 1,
    }),
    ensureRunning: (signal) => session.ensureRunning(signal),
  };
}
