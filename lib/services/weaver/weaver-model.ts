import { ServiceError } from '../service-error';
import type { ModelSpec } from '../training-service';
import { SERVICE_NAME, Unknown, type WeaverConnection } from './weaver-connection';
import { begin, type Begun, finish, type OperationCall } from './weaver-operations';
import { ModelReply, SamplingSessionReply, OperationReply } from './wire/replies';
import { z } from 'zod';

export type OpenModel = {
  readonly sessionId: string;
  readonly modelId: string;
  readonly tokenizerPath: string | null;
  /** Of the next request that is numbered. */
  nextSeqId: number;
  nextSampler: number;
  /** The model may have got a request whose answer was lost; nothing that is asked of it afterwards can be trusted. */
  isUncertain: boolean;
};

export type Sampler = { readonly id: string; readonly version: number };

export type WeaverModel = {
  /** Begins a session and makes the model anew, with fresh weights: also the way back after a loss. */
  open(spec: ModelSpec, signal: AbortSignal): Promise<void>;
  /** Throws a `ServiceError` before `open`, after `close`, and `gone` for a model that is uncertain. */
  current(): OpenModel;
  /** Work on the model: one at a time. */
  inTurn<T>(work: (model: OpenModel) => Promise<T>): Promise<T>;
  /** Begins a numbered operation. When it is not known whether it was begun, the model is uncertain. */
  beginNext(model: OpenModel, make: (seqId: number) => OperationCall, signal: AbortSignal): Promise<Begun>;
  openSampler(path: string, version: number, signal: AbortSignal): Promise<Sampler>;
  close(): Promise<void>;
};

export type BaseModel = {
  readonly baseModel: string;
  readonly rank: number;
  readonly trainingMode: 'lora' | 'full_ft';
};

const CLOSE_TIMEOUT_MS = 10_000;

export function createWeaverModel(connection: WeaverConnection, base: BaseModel): WeaverModel {
  let open: OpenModel | null = null;
  let last: Promise<unknown> = Promise.resolve();

  function current(): OpenModel {
    if (open === null) {
      const message = `${SERVICE_NAME}: the model ${base.baseModel} is not open`;
      throw new ServiceError('rejected', message, { retryable: false });
    }
    if (open.isUncertain) throw uncertain('an earlier request had no answer');
    return open;
  }

  return {
    current,
    async open(spec, signal) {
      const former = open;
      open = null;
      // instances cost money as long as they are up
      if (former !== null) await terminate(connection, former);
      open = await create(connection, base, { spec, signal });
    },
    inTurn(work) {
      const result = last.then(() => work(current()));
      last = result.catch(() => null);
      return result;
    },
    async beginNext(model, make, signal) {
      const call = make(model.nextSeqId);
      model.nextSeqId += 1;
      model.isUncertain = true;
      try {
        const begun = await begin(connection, call, signal);
        model.isUncertain = false;
        return begun;
      } catch (error) {
        if (error instanceof Unknown) throw uncertain(error.message, error);
        if (error instanceof ServiceError) {
          // nothing was begun under it
          model.nextSeqId -= 1;
          model.isUncertain = false;
        }
        throw error;
      }
    },
    async openSampler(path, version, signal) {
      const model = current();
      model.nextSampler += 1;
      const call = {
        operation: 'sampling-sessions',
        path: `sessions/${model.sessionId}/sampling-sessions`,
        body: {
          sampling_session_seq_id: model.nextSampler,
          base_model: base.baseModel,
          model_path: path,
          model_id: model.modelId,
        },
        schema: SamplingSessionReply,
      };
      const { sampling_session: session, sync_operation: sync } = await connection.send(call, signal);
      if (sync !== null) {
        const begun: Begun = { operation: 'weight sync', reply: OperationReply.parse(sync) };
        await finish(connection, begun, { schema: z.unknown(), signal });
      }
      return { id: session.id, version };
    },
    async close() {
      const closing = open;
      open = null;
      if (closing !== null) await terminate(connection, closing);
      connection.close();
    },
  };
}

function uncertain(why: string, cause?: unknown): ServiceError {
  const message = `${why} (whether the request was begun is not known, so the model is opened again from the last checkpoint)`;
  return new ServiceError('gone', message, { cause, retryable: false });
}

async function create(
  connection: WeaverConnection,
  { baseModel, rank, trainingMode }: BaseModel,
  { spec, signal }: { readonly spec: ModelSpec; readonly signal: AbortSignal },
): Promise<OpenModel> {
  const sessionId = await connection.openSession(signal);
  const lora = {
    rank: spec.tuning.kind === 'lora' ? spec.tuning.rank : rank,
    train_unembed: true,
    train_mlp: true,
    train_attn: true,
    seed: spec.seed,
  };
  const body = {
    model_seq_id: 1,
    base_model: baseModel,
    training_mode: trainingMode,
    ...(trainingMode === 'lora' ? { lora_config: lora } : {}),
  };
  const { id, tokenizer_path: tokenizerPath } = await connection.sendOnce(
    { operation: 'models', path: `sessions/${sessionId}/models`, body, schema: ModelReply },
    signal,
  );
  return {
    sessionId,
    modelId: id,
    tokenizerPath: tokenizerPath ?? null,
    nextSeqId: 1,
    nextSampler: 0,
    isUncertain: false,
  };
}

/** What is not there any more needs no end. */
async function terminate(connection: WeaverConnection, { modelId }: OpenModel): Promise<void> {
  const call = { operation: 'terminate', path: `models/${modelId}/terminate`, schema: z.unknown() };
  try {
    await connection.send(call, AbortSignal.timeout(CLOSE_TIMEOUT_MS));
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError';
    if (!(error instanceof ServiceError) && !isTimeout) throw error;
  }
}
