import type { z } from 'zod';
import type { InferenceService } from '../inference-service';
import { packBatch } from '../embedded/packed';
import { createRequester } from '../request';
import type { TrainingService } from '../training-service';
import {
  Done,
  EncodeReply,
  ForwardReply,
  GenerationReply,
  PublishReply,
  SaveReply,
  TrainReply,
} from './mock-wire';

/** As many as any run has rollouts in flight: each is a request of its own. */
const CONNECTIONS = 4096;
/** One retry: an outage is for the run to see and to wait for. */
const ATTEMPTS = 2;

/** Clients of a mock service in another process. */
export function createRemoteMockServices(url: string): {
  readonly inference: InferenceService;
  readonly training: TrainingService;
} {
  const requester = createRequester({
    service: 'mock service',
    baseUrl: url,
    maxAttempts: ATTEMPTS,
    maxConnections: CONNECTIONS,
  });
  const post = <T>(operation: string, body: unknown, to: { schema: z.ZodType<T>; signal: AbortSignal }) =>
    requester.send({ operation, method: 'POST', path: `/${operation}`, body, schema: to.schema }, to.signal);
  const health = () => Promise.resolve({ ok: true, model: 'mock', detail: url } as const);
  const close = (): Promise<void> => {
    requester.close();
    return Promise.resolve();
  };
  return {
    inference: {
      generate: (request, signal) => post('generate', request, { schema: GenerationReply, signal }),
      encode: async (texts, { appendEnd }, signal) =>
        (await post('encode', { texts, appendEnd }, { schema: EncodeReply, signal })).rows,
      logprobs: (tokens) => Promise.resolve(new Float32Array(tokens.length)),
      loadWeights: () => Promise.resolve(),
      health,
      close,
    },
    training: {
      open: async ({ baseModel, seed }, signal) => {
        await post('open', { baseModel, seed }, { schema: Done, signal });
      },
      forward: async (batch, model, signal) =>
        (await post('forward', { batch: packBatch(batch), model }, { schema: ForwardReply, signal })).rows,
      freezeReference: () => Promise.resolve(),
      trainStep: async ({ operationId, batch, loss, optimizer }, signal) => {
        const body = { operationId, batch: packBatch(batch), loss, optimizer };
        return (await post('train', body, { schema: TrainReply, signal })).metrics;
      },
      publishWeights: (label, signal) => post('publish', { label }, { schema: PublishReply, signal }),
      saveState: (label, signal) => post('save', { label }, { schema: SaveReply, signal }),
      loadState: async ({ path }, signal) => {
        await post('load', { path }, { schema: Done, signal });
      },
      health,
      close,
    },
  };
}
