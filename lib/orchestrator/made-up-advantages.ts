import type { Assembly } from './assemble';
import { alongTokens, onlyTrained, sequencesOf } from './trainer/batch-sequences';
import type { PreparedBatch, Trainer } from './trainer/trainer';
import type { RolloutBatch } from './trajectory-pool/trajectory-pool';

/**
 * A rehearsal's model has learned nothing, so that often all rewards of a group are equal and there is nothing to learn.
 * Such a batch gets advantages of +1 and −1 in turn, so that the step is taken all the same: with the recipe's loss,
 * sequences and optimizer. The advantages on record stay what they are.
 */
export function withMadeUpAdvantages(assembly: Assembly, onMadeUp: () => void): Assembly {
  return {
    ...assembly,
    stages: assembly.stages.map((stage) => ({
      ...stage,
      open: (dataFrom) => {
        const parts = stage.open(dataFrom);
        return { ...parts, trainer: teaching(parts.trainer, onMadeUp) };
      },
    })),
  };
}

function teaching(trainer: Trainer, onMadeUp: () => void): Trainer {
  return {
    ...trainer,
    prepare: async (batch, step, signal) => {
      const prepared = await trainer.prepare(batch, step, signal);
      if (prepared.datums.length > 0) return prepared;
      const datums = madeUp(batch);
      if (datums.length > 0) onMadeUp();
      return { ...prepared, datums };
    },
  };
}

function madeUp(batch: RolloutBatch): PreparedBatch['datums'] {
  return sequencesOf(batch).map((sequence, index) => ({
    ...sequence.datum,
    logprobs: onlyTrained(sequence.datum.logprobs, sequence),
    advantages: alongTokens(index % 2 === 0 ? 1 : -1, sequence),
  }));
}
