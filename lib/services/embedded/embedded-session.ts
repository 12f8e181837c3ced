import type { z } from 'zod';
import type { ModelSpec } from '../training-service';
import { ServiceError } from '../service-error';
import { ensureRunning, type ServiceLocation } from './ensure-running';
import type { NativeClient } from './native-client';
import { Done, OpenReply, type WireShape } from './native-wire';

export type SessionOptions = ServiceLocation & {
  /** One model per name and service: a run opens `run-12`. */
  readonly modelName: string;
  readonly shape: z.infer<typeof WireShape>;
  /** Learner threads; null = the service decides. */
  readonly threads: number | null;
};

export type OpenModel = {
  readonly client: NativeClient;
  readonly id: string;
  readonly context: number;
  readonly vocabulary: readonly string[];
};

/** The open model of one run, and the life signs that keep it. Inference and training share it. */
export type EmbeddedSession = {
  /** Starts the service process if none runs. */
  ensureRunning(signal: AbortSignal): Promise<void>;
  /** Starts the service if need be and opens the model anew, with fresh weights. Also the way back after a death. */
  open(spec: ModelSpec, signal: AbortSignal): Promise<void>;
  call<T>(call: SessionCall<T>, signal: AbortSignal): Promise<T>;
  /** The open model; throws a `ServiceError` before `open` and after `close`. */
  current(): OpenModel;
  isOpen(): boolean;
  close(): Promise<void>;
};

export type SessionCall<T> = {
  readonly operation: string;
  readonly body?: unknown;
  readonly schema: z.ZodType<T>;
  readonly quick?: boolean;
};

/** The service drops a model that was silent for 120 s: four signs fit in. */
const KEEP_ALIVE_MS = 30_000;
/** A service may be ending while we open; the next one is up in a moment. */
const OPEN_ATTEMPTS = 3;
const CLOSE_TIMEOUT_MS = 5_000;

export function createEmbeddedSession(options: SessionOptions): EmbeddedSession {
  let client: NativeClient | null = null;
  let model: OpenModel | null = null;
  let keepAlive: NodeJS.Timeout | null = null;

  async function connect(signal: AbortSignal): Promise<NativeClient> {
    const next = await ensureRunning(options, signal);
    client?.close();
    client = next;
    return next;
  }

  function forget(): void {
    if (keepAlive !== null) clearInterval(keepAlive);
    keepAlive = null;
    model = null;
  }

  async function openOnce(spec: ModelSpec, signal: AbortSignal): Promise<void> {
    const { modelName: name, shape, threads } = options;
    const connected = await connect(signal);
    const reply = await connected.open({ name, shape, threads, seed: spec.seed }, OpenReply, signal);
    forget();
    model = { client: connected, id: reply.id, context: reply.context, vocabulary: reply.vocabulary };
    keepAlive = setInterval(sendKeepAlive, KEEP_ALIVE_MS);
    keepAlive.unref();
  }

  function sendKeepAlive(): void {
    if (model === null) return;
    const call = { operation: 'keep-alive', modelId: model.id, schema: Done, quick: true };
    // a failure shows in the next real call, which can tell the run about it
    model.client.model(call, new AbortController().signal).catch(() => undefined);
  }

  function current(): OpenModel {
    if (model === null) throw notOpen(options.modelName);
    return model;
  }

  return {
    async ensureRunning(signal) {
      await connect(signal);
    },
    async open(spec, signal) {
      if (spec.tuning.kind !== 'full') {
        throw new ServiceError(
          'rejected',
          'The embedded service trains all weights; LoRA is not available here',
        );
      }
      for (let attempt = 1; ; attempt++) {
        try {
          await openOnce(spec, signal);
          return;
        } catch (error) {
          const isGone = error instanceof ServiceError && error.kind === 'gone';
          if (!isGone || attempt >= OPEN_ATTEMPTS) throw error;
        }
      }
    },
    async call(call, signal) {
      const { client: connected, id } = current();
      return await connected.model({ ...call, modelId: id }, signal);
    },
    current,
    isOpen: () => model !== null,
    async close() {
      const open = model;
      forget();
      if (open !== null) await remove(open);
      client?.close();
      client = null;
    },
  };
}

function notOpen(modelName: string): ServiceError {
  return new ServiceError('rejected', `embedded service: the model ${modelName} is not open`, {
    retryable: false,
  });
}

/** What is not there any more needs no closing, and a silent service drops the model after its lease. */
async function remove({ client, id }: OpenModel): Promise<void> {
  try {
    await client.remove(id, AbortSignal.timeout(CLOSE_TIMEOUT_MS));
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError';
    if (!(error instanceof ServiceError) && !isTimeout) throw error;
  }
}
