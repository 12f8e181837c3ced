import type { WeightRef } from '../inference-service';
import type { Requester } from '../request';

/** How servers of one kind get new weights. Calls reject with `ServiceError`, or with the signal's reason. */
export type WeightLoader = {
  /** Addresses of the servers behind one: the workers of a router, or itself. May be empty. */
  workersBehind(
    server: { readonly address: string; readonly requester: Requester },
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  /** Holds generation; false = this server cannot, so nothing may be in flight while it loads. */
  pause(worker: Requester, signal: AbortSignal): Promise<boolean>;
  /** Loads the folder and forgets what was cached of the old weights. */
  load(worker: Requester, ref: WeightRef, signal: AbortSignal): Promise<void>;
  /** Goes on after `pause`. `isLoaded` false: the load failed. */
  resume(worker: Requester, isLoaded: boolean): Promise<void>;
  /** What the worker calls its weights; null = it does not say. */
  versionOf(worker: Requester, signal: AbortSignal): Promise<string | null>;
};
