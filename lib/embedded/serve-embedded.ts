import { byteTokenizer } from './byte-tokenizer';
import { createLearner } from './model/create-learner';
import { runEmbeddedService, type EmbeddedServiceOptions } from './run-embedded-service';

export type ServeOptions = Omit<EmbeddedServiceOptions, 'createLearner' | 'tokenizer'>;

/** The embedded service with the real learner. Its worker and kernels must lie beside the running bundle, see `model/model-files.ts`. */
export function serveEmbedded(
  options: ServeOptions,
  signal: AbortSignal,
): ReturnType<typeof runEmbeddedService> {
  return runEmbeddedService({ ...options, createLearner, tokenizer: byteTokenizer }, signal);
}
