import type { TrainingService } from '@/lib/services/training-service';

/**
 * Stands for the trainer where a replay has none: log-probabilities are the sampler's, so importance weights are 1 and
 * every KL is 0. `onReference` is called when an algorithm asks for the reference model, whose KL is then missing.
 */
export function createOfflineTraining(onReference: () => void): TrainingService {
  const refuse = (): Promise<never> =>
    Promise.reject(new Error('A replay without a service trains nothing.'));
  return {
    open: refuse,
    forward: (batch, model) => {
      if (model === 'reference') onReference();
      return Promise.resolve(
        batch.map(({ tokens, logprobs }) => logprobs ?? new Float32Array(tokens.length)),
      );
    },
    freezeReference: () => Promise.resolve(),
    trainStep: refuse,
    publishWeights: refuse,
    saveState: refuse,
    loadState: refuse,
    health: () => Promise.resolve({ ok: true, model: 'none', detail: '' }),
    close: () => Promise.resolve(),
  };
}
