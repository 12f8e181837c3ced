import type { Datum } from '@/lib/rl/datum';
import type { TrainingService, TrainStep } from '@/lib/services/training-service';

export type RecordingTraining = {
  readonly service: TrainingService;
  readonly steps: TrainStep[];
  /** Names of calls in their order. */
  readonly calls: string[];
};

/** A training service without a model: log-probabilities are what the test says, steps are kept. */
export function createRecordingTraining(
  logprob: (model: 'policy' | 'reference', datum: Datum, at: number) => number = () => -1,
): RecordingTraining {
  const steps: TrainStep[] = [];
  const calls: string[] = [];
  const done = (name: string) => () => {
    calls.push(name);
    return Promise.resolve();
  };
  const service: TrainingService = {
    open: done('open'),
    forward: (batch, model) => {
      calls.push(`forward ${model}`);
      const rows = batch.map((datum) =>
        Float32Array.from(datum.tokens, (_, at) => (at === 0 ? 0 : logprob(model, datum, at))),
      );
      return Promise.resolve(rows);
    },
    freezeReference: done('freezeReference'),
    trainStep: (step) => {
      steps.push(step);
      return Promise.resolve({ loss: 0, ppo_kl: 0 });
    },
    publishWeights: () => Promise.resolve({ path: 'recorded', version: 1 }),
    saveState: () => Promise.resolve({ path: 'recorded', bytes: 0 }),
    loadState: done('loadState'),
    health: () => Promise.resolve({ ok: true, model: 'recorded', detail: '' }),
    close: done('close'),
  };
  return { service, steps, calls };
}
