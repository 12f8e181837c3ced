import { randomUUID } from 'node:crypto';
import { ServiceError } from '../service-error';
import type { ModelSpec } from '../training-service';
import { type CallOptions, createTrainServiceCalls, type TrainServiceCalls } from './train-service-calls';
import { Done, HeartbeatReply, Initialized } from './wire/messages';

export type SessionOptions = CallOptions & {
  /** One model per identifier and server. */
  readonly identifier: string;
  /** The recipe's section of this service, for servers that read settings of their own from it. No secrets. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What the server does otherwise than it was asked. */
  readonly onNote?: (note: string) => void;
};

/** `epoch` counts the states that were loaded: what was sent before a load is refused after it. */
export type OpenModel = Initialized & { readonly maxSequences: number; readonly maxBytes: number };

/** The open model of a run at a train service, and the heartbeats that keep it. */
export type TrainServiceSession = {
  readonly calls: TrainServiceCalls;
  /** Opens the model anew. Also the way back after the server was started again. */
  open(spec: ModelSpec, signal: AbortSignal): Promise<void>;
  /** Throws a `ServiceError` before `open` and after `close`. */
  current(): OpenModel;
  /** What follows belongs to a state that was loaded. */
  setEpoch(epoch: number): void;
  close(): Promise<void>;
};

const CLOSE_TIMEOUT_MS = 5_000;
const LONGEST_HEARTBEAT_MS = 30_000;
/** Three may be lost. */
const HEARTBEATS_PER_LEASE = 4;

export function createTrainServiceSession(options: SessionOptions): TrainServiceSession {
  const calls = createTrainServiceCalls(options);
  let model: OpenModel | null = null;
  let heartbeat: NodeJS.Timeout | null = null;

  function current(): OpenModel {
    if (model !== null) return model;
    const message = `train service: the model ${options.identifier} is not open`;
    throw new ServiceError('rejected', message, { retryable: false });
  }

  function forget(): void {
    if (heartbeat !== null) clearInterval(heartbeat);
    heartbeat = null;
    model = null;
  }

  function keep({ model_id, lease_s }: Initialized): void {
    if (lease_s === null) return;
    const send = (): void => {
      const call = { operation: 'heartbeat', body: { model_id }, quick: true };
      // a failure shows in the next real call, which can tell the run about it
      calls.json(call, HeartbeatReply, new AbortController().signal).catch(() => undefined);
    };
    heartbeat = setInterval(send, Math.min(LONGEST_HEARTBEAT_MS, (lease_s * 1000) / HEARTBEATS_PER_LEASE));
    heartbeat.unref();
  }

  return {
    calls,
    current,
    async open(spec, signal) {
      const { limits } = await calls.health(signal);
      const body = {
        operation_id: randomUUID(),
        identifier: options.identifier,
        base_model: spec.baseModel,
        tuning: spec.tuning,
        seed: spec.seed,
        config: options.config ?? {},
      };
      const opened = await calls.json({ operation: 'initialize', body }, Initialized, signal);
      forget();
      model = { ...opened, maxSequences: limits.max_sequences, maxBytes: limits.max_body_bytes };
      keep(opened);
      for (const note of opened.notes) options.onNote?.(note);
    },
    setEpoch(epoch) {
      model = { ...current(), epoch };
    },
    async close() {
      const open = model;
      forget();
      if (open !== null) await deregister(calls, open.model_id);
      calls.close();
    },
  };
}

/** What is not there any more needs no closing, and a silent server drops the model after its lease. */
async function deregister(calls: TrainServiceCalls, model_id: string): Promise<void> {
  try {
    const call = { operation: 'deregister', body: { model_id }, quick: true };
    await calls.json(call, Done, AbortSignal.timeout(CLOSE_TIMEOUT_MS));
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError';
    if (!(error instanceof ServiceError) && !isTimeout) throw error;
  }
}
