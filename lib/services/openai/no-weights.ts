import { ServiceError } from '../service-error';
import type { WeightLoader } from './weight-loader';

/** A server of which nothing is known but OpenAI's API, which has no call for new weights. */
export const noWeights: WeightLoader = {
  workersBehind: ({ address }) => Promise.resolve([address]),
  pause: () => Promise.resolve(true),
  load: () =>
    Promise.reject(
      new ServiceError(
        'rejected',
        "OpenAI's API has no call that loads weights: set service.inference_service.backend to sglang or vllm",
        { retryable: false },
      ),
    ),
  resume: () => Promise.resolve(),
  versionOf: () => Promise.resolve(null),
};
