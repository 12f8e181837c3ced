import type { ModelSpec } from '../training-service';
import { createNumberedRequests, type NumberedRequests, type Numbers } from '../numbered-requests';
import { ServiceError } from '../service-error';
import type { ClientConfig, TinkerConnection } from './tinker-connection';
import { jsonOperation, type Operation, type Operations } from './tinker-operations';
import { CreateModelReply, CreateSamplingSessionReply, GetInfoReply, UnloadModelReply } from './wire/replies';

/**
 * A model that is open at the service, with the numbers of the requests that train, save or load; its creation was 0.
 */
export type OpenModel = Numbers<Operation<unknown>> & {
  readonly sessionId: string;
  readonly modelId: string;
  readonly config: ClientConfig;
  readonly tokenizerId: string | null;
  nextSampler: number;
};

/** What one samples from: fixed weights, and the count of its requests. */
export type Sampler = { readonly id: string; readonly version: number; nextSeqId: number };

/** The model of one run. Training and inference share it. */
export type TinkerModel = NumberedRequests<Operation<unknown>> & {
  /** Begins a session and makes the model anew, with fresh weights: also the way back after a loss. */
  open(spec: ModelSpec, signal: AbortSignal): Promise<void>;
  /** Throws a `ServiceError` before `open` and after `close`. */
  current(): OpenModel;
  /** Work that numbers requests: one at a time, so that they are submitted in the order of their numbers. */
  inTurn<T>(work: (model: OpenModel) => Promise<T>): Promise<T>;
  openSampler(
    path: string,
    options: { readonly version: number; readonly signal: AbortSignal },
  ): Promise<Sampler>;
  close(): Promise<void>;
};

const CLOSE_TIMEOUT_MS = 10_000;

export type BaseModel = { readonly baseModel: string; readonly rank: number };

export function createTinkerModel(
  connection: TinkerConnection,
  operations: Operations,
  base: BaseModel,
): TinkerModel {
  let open: OpenModel | null = null;
  let last: Promise<unknown> = Promise.resolve();

  function current(): OpenModel {
    if (open === null) {
      throw new ServiceError('rejected', `Tinker: the model ${base.baseModel} is not open`, {
        retryable: false,
      });
    }
    return open;
  }

  return {
    current,
    ...createNumberedRequests((operation: Operation<unknown>, signal) =>
      operations.submit(operation, signal),
    ),
    async open(spec, signal) {
      const former = open;
      open = null;
      // a service has room for so many models
      if (former !== null) await unload(operations, former);
      open = await create({ connection, operations, ...base }, spec, signal);
    },
    inTurn(work) {
      const result = last.then(() => work(current()));
      last = result.catch(() => null);
      return result;
    },
    async openSampler(path, { version, signal }) {
      const model = current();
      const body = {
        session_id: model.sessionId,
        sampling_session_seq_id: model.nextSampler,
        model_path: path,
        type: 'create_sampling_session',
      };
      model.nextSampler += 1;
      const name = 'create_sampling_session';
      const call = { operation: name, path: name, body, schema: CreateSamplingSessionReply };
      const reply = await connection.send(call, signal);
      return { id: reply.sampling_session_id, version, nextSeqId: 0 };
    },
    async close() {
      const closing = open;
      open = null;
      if (closing !== null) await unload(operations, closing);
      connection.close();
    },
  };
}

type Creation = BaseModel & { readonly connection: TinkerConnection; readonly operations: Operations };

async function create(
  { connection, operations, baseModel, rank }: Creation,
  { tuning, seed }: ModelSpec,
  signal: AbortSignal,
): Promise<OpenModel> {
  const { sessionId, config } = await connection.openSession(signal);
  const body = {
    session_id: sessionId,
    model_seq_id: 0,
    base_model: baseModel,
    lora_config: {
      rank: tuning.kind === 'lora' ? tuning.rank : rank,
      seed,
      train_unembed: true,
      train_mlp: true,
      train_attn: true,
    },
    type: 'create_model',
  };
  const kind = { name: 'CreateModel', schema: CreateModelReply };
  const { model_id: modelId } = await operations.run(jsonOperation('create_model', body, kind), signal);
  const asked = { model_id: modelId, type: 'get_info' };
  const info = await connection.send(
    { operation: 'get_info', path: 'get_info', body: asked, schema: GetInfoReply },
    signal,
  );
  const tokenizerId = info.model_data.tokenizer_id ?? null;
  return { sessionId, modelId, config, tokenizerId, nextSeqId: 1, unsettled: null, nextSampler: 0 };
}

/** What is not there any more needs no unloading; a service drops silent models in time. */
async function unload(operations: Operations, { modelId }: OpenModel): Promise<void> {
  const body = { model_id: modelId, type: 'unload_model' };
  const kind = { name: 'UnloadModel', schema: UnloadModelReply };
  try {
    await operations.run(jsonOperation('unload_model', body, kind), AbortSignal.timeout(CLOSE_TIMEOUT_MS));
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError';
    if (!(error instanceof ServiceError) && !isTimeout) throw error;
  }
}
