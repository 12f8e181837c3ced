import { z } from 'zod';
import type { Requester } from '../request';
import { ServiceError } from '../service-error';
import { optionalCall } from './optional-call';
import type { WeightLoader } from './weight-loader';
import { ResetCacheReply, WeightInfoReply } from './wire/openai-wire';

const LOAD_TIMEOUT_MS = 3_000_000;
const QUICK_TIMEOUT_MS = 60_000;
/** All of these calls may come twice. */
const ATTEMPTS = 3;
const never = new AbortController().signal;

const post = (operation: string, path: string, body?: unknown) =>
  ({
    operation,
    method: 'POST',
    path,
    ...(body === undefined ? {} : { body }),
    schema: z.unknown(),
    timeoutMs: QUICK_TIMEOUT_MS,
    maxAttempts: ATTEMPTS,
  }) as const;

/**
 * vLLM has no endpoint of its own for weights on disk. What serves: `/pause` (what runs stays in the queue), the workers'
 * `reload_weights` through `/collective_rpc`, `/reset_prefix_cache`, `/resume`; all of them only with
 * `VLLM_SERVER_DEV_MODE=1`. A load that fails leaves a model of mixed weights: it stays paused until one succeeds.
 */
export const vllmWeights: WeightLoader = {
  workersBehind: ({ address }) => Promise.resolve([address]),
  async pause(worker, signal) {
    return (await optionalCall(worker, post('pause', '/pause?mode=keep'), signal)) !== null;
  },
  async load(worker, { path, version }, signal) {
    await reload(worker, path, signal);
    await resetCache(worker, signal);
    const told = post('update_weight_version', '/update_weight_version', { new_version: String(version) });
    await optionalCall(worker, told, signal);
  },
  async resume(worker, isLoaded) {
    if (isLoaded) await optionalCall(worker, post('resume', '/resume'), never);
  },
  async versionOf(worker, signal) {
    const call = {
      operation: 'weight_info',
      method: 'GET',
      path: '/weight_info',
      schema: WeightInfoReply,
      timeoutMs: QUICK_TIMEOUT_MS,
      maxAttempts: ATTEMPTS,
    } as const;
    return (await optionalCall(worker, call, signal))?.weight_version ?? null;
  },
};

async function reload(worker: Requester, path: string, signal: AbortSignal): Promise<void> {
  const body = { method: 'reload_weights', kwargs: { weights_path: path } };
  const call = {
    ...post('collective_rpc', '/collective_rpc', body),
    timeoutMs: LOAD_TIMEOUT_MS,
  };
  // what the workers return is nothing; a failure is a status
  await worker.send(call, signal).catch((error: unknown) => {
    throw explained(error);
  });
}

function explained(error: unknown): unknown {
  if (!(error instanceof ServiceError)) return error;
  const { kind, message, retryAfterMs, status } = error;
  const say = (help: string): ServiceError =>
    new ServiceError(kind, `${message} ${help}`, { cause: error, retryable: false, retryAfterMs, status });
  if (status === 404) return say('Start vLLM with VLLM_SERVER_DEV_MODE=1: only then it takes new weights.');
  if (message.includes('weights_path')) {
    return say('This vLLM reloads only the folder that it was started with: use a newer one.');
  }
  return error;
}

async function resetCache(worker: Requester, signal: AbortSignal): Promise<void> {
  const call = {
    ...post('reset_prefix_cache', '/reset_prefix_cache?reset_running_requests=true'),
    schema: ResetCacheReply,
  };
  const reply = await worker.send(call, signal);
  if (reply?.success === false) {
    throw new ServiceError('rejected', 'reset_prefix_cache did not happen: blocks are still in use', {
      retryable: true,
    });
  }
}
