import { z } from 'zod';
import type { Requester } from '../request';
import { ServiceError } from '../service-error';
import { optionalCall } from './optional-call';
import type { WeightLoader } from './weight-loader';
import { ListWorkersReply, ModelInfoReply, UpdateWeightsReply, WorkersReply } from './wire/sglang-wire';

/** Large models take minutes from a slow disk; the reference framework waits as long. */
const LOAD_TIMEOUT_MS = 3_000_000;
const QUICK_TIMEOUT_MS = 60_000;
/** All of these calls may come twice. */
const ATTEMPTS = 3;
const never = new AbortController().signal;

const post = (operation: string, body: unknown) =>
  ({
    operation,
    method: 'POST',
    path: `/${operation}`,
    body,
    schema: z.unknown(),
    timeoutMs: QUICK_TIMEOUT_MS,
    maxAttempts: ATTEMPTS,
  }) as const;

const modelInfo = {
  operation: 'get_model_info',
  method: 'GET',
  path: '/get_model_info',
  schema: ModelInfoReply,
  timeoutMs: QUICK_TIMEOUT_MS,
  maxAttempts: ATTEMPTS,
} as const;

/** A router passes control calls on to nobody in particular: its workers are asked one by one. */
async function workersOf(router: Requester, signal: AbortSignal): Promise<readonly string[] | null> {
  const common = {
    operation: 'workers',
    method: 'GET',
    timeoutMs: QUICK_TIMEOUT_MS,
    maxAttempts: ATTEMPTS,
  } as const;
  const workers = await optionalCall(router, { ...common, path: '/workers', schema: WorkersReply }, signal);
  if (workers !== null) return workers.workers.map(({ url }) => url);
  const listed = await optionalCall(
    router,
    { ...common, path: '/list_workers', schema: ListWorkersReply },
    signal,
  );
  return listed?.urls ?? null;
}

/**
 * SGLang: `/pause_generation` (what runs is put back and goes on with the new weights; builds before v0.5.6 abort it),
 * `/update_weights_from_disk`, `/continue_generation`. A load that fails is rolled back by the server.
 */
export const sglangWeights: WeightLoader = {
  workersBehind: async ({ address, requester }, signal) => (await workersOf(requester, signal)) ?? [address],
  async pause(worker, signal) {
    return (await optionalCall(worker, post('pause_generation', { mode: 'retract' }), signal)) !== null;
  },
  async load(worker, { path, version }, signal) {
    const body = {
      model_path: path,
      weight_version: String(version),
      abort_all_requests: false,
      flush_cache: true,
    };
    const call = {
      operation: 'update_weights_from_disk',
      method: 'POST',
      path: '/update_weights_from_disk',
      body,
      schema: UpdateWeightsReply,
      timeoutMs: LOAD_TIMEOUT_MS,
      maxAttempts: ATTEMPTS,
    } as const;
    const { success, message } = await worker.send(call, signal);
    if (success) return;
    throw new ServiceError('rejected', `update_weights_from_disk failed: ${message ?? 'no reason given'}`, {
      retryable: false,
    });
  },
  async resume(worker) {
    await optionalCall(worker, post('continue_generation', {}), never);
  },
  async versionOf(worker, signal) {
    return (await optionalCall(worker, modelInfo, signal))?.weight_version ?? null;
  },
};
