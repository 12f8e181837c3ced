import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Datum } from '@/lib/rl/datum';
import { ServiceError } from '../service-error';
import type { TrainingService } from '../training-service';
import type { EmbeddedSession } from './embedded-session';
import { serviceHealth } from './embedded-inference';
import {
  Done,
  ForwardReply,
  LoadReply,
  MAX_SEQUENCES,
  PublishReply,
  SaveReply,
  TrainStepReply,
} from './native-wire';
import { packBatch } from './packed';

export type EmbeddedTrainingOptions = {
  readonly dataDir: string;
  readonly modelName: string;
  /** Where states are saved: a folder below the data directory. */
  readonly stateFolder: string;
  /** Temperature at which `forward` computes probabilities: that of sampling, so that both sides compare. */
  readonly temperature: number;
};

export function createEmbeddedTraining(
  session: EmbeddedSession,
  options: EmbeddedTrainingOptions,
): TrainingService {
  return {
    open: (spec, signal) => session.open(spec, signal),
    async forward(batch, model, signal) {
      const rows: Float32Array[] = [];
      for (let start = 0; start < batch.length; start += MAX_SEQUENCES) {
        const part = packed(batch.slice(start, start + MAX_SEQUENCES));
        const weights = model === 'reference' ? 'reference' : 'training';
        const body = { batch: part, temperature: options.temperature, weights };
        const reply = await session.call({ operation: 'forward', body, schema: ForwardReply }, signal);
        rows.push(...reply.logprobs);
      }
      return rows;
    },
    async trainStep({ operationId, batch, loss, optimizer }, signal) {
      const body = { operationId, batch: packed(batch), loss, optimizer };
      const reply = await session.call({ operation: 'train-step', body, schema: TrainStepReply }, signal);
      return reply.metrics;
    },
    async freezeReference(signal) {
      await session.call({ operation: 'freeze-reference', schema: Done, quick: true }, signal);
    },
    async publishWeights(label, signal) {
      // a random part, since a label may come again after going back to a checkpoint
      const body = { operationId: `${label}:${randomUUID()}` };
      const reply = await session.call({ operation: 'publish', body, schema: PublishReply }, signal);
      return { path: `embedded:${options.modelName}`, version: reply.weightVersion };
    },
    async saveState(label, signal) {
      const body = { path: path.join(options.stateFolder, `${label}.safetensors`) };
      return await session.call({ operation: 'save-state', body, schema: SaveReply }, signal);
    },
    async loadState(ref, signal) {
      await session.call({ operation: 'load-state', body: { path: ref.path }, schema: LoadReply }, signal);
    },
    health: (signal) => serviceHealth(options, signal),
    close: () => session.close(),
  };
}

function packed(batch: readonly Datum[]): ReturnType<typeof packBatch> {
  try {
    return packBatch(batch);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ServiceError('rejected', `embedded service: ${error.message}`, { cause: error });
  }
}
