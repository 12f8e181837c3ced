import { performance } from 'node:perf_hooks';
import type { InferenceService } from '../inference-service';
import type { TrainingService } from '../training-service';
import { createTinkerConnection, type TinkerConnectionOptions } from './tinker-connection';
import { createTinkerInference, type TinkerInferenceParts } from './tinker-inference';
import { createTinkerModel } from './tinker-model';
import { createOperations } from './tinker-operations';
import { createTinkerTraining } from './tinker-training';

export type TinkerOptions = TinkerConnectionOptions &
  Pick<TinkerInferenceParts, 'loadTokenizer'> & {
    readonly baseModel: string;
    /** Of the LoRA matrices, where the run's own model spec names none. */
    readonly rank: number;
    /** No answer for so long makes an operation's outcome unknown; five minutes by default. */
    readonly maxSilenceMs?: number;
    /** Milliseconds, monotonic. */
    readonly now?: () => number;
  };

const MAX_SILENCE_MS = 300_000;

/** Both services of one run at a Tinker service. Nothing is contacted before the first call; closing one closes both. */
export function connectTinker(options: TinkerOptions): {
  readonly inference: InferenceService;
  readonly training: TrainingService;
} {
  const connection = createTinkerConnection(options);
  const operations = createOperations(connection, {
    maxSilenceMs: options.maxSilenceMs ?? MAX_SILENCE_MS,
    now: options.now ?? (() => performance.now()),
    random: options.random ?? Math.random,
  });
  const { baseModel, loadTokenizer } = options;
  const parts = {
    connection,
    operations,
    baseModel,
    model: createTinkerModel(connection, operations, options),
  };
  return {
    inference: createTinkerInference({ ...parts, loadTokenizer }),
    training: createTinkerTraining(parts),
  };
}
