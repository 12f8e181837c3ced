import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { jsonReply, type ProtocolReply } from '@/lib/embedded/protocol';
import type { ModelRegistry } from '@/lib/embedded/model-registry';
import {
  callFromJson,
  callFromProto,
  type ForwardBackwardCall,
  ForwardBackwardJson,
  ForwardJson,
} from '@/lib/services/tinker/wire/forward-backward';
import * as requests from '@/lib/services/tinker/wire/requests';
import { ARCHITECTURE, type BaseModel, type BaseModels, TOKENIZER_ID } from '@/lib/embedded/base-models';
import { type Checkpoints, parseTinkerPath, tinkerPath } from './checkpoints';
import { type Exchange, type Operations, resultReply } from './exchange';
import type { Futures } from './futures';
import type { RunRecord, RunRecords } from './run-records';
import type { Samplers } from './samplers';
import type { Sessions } from './sessions';
import { type Address, type Begin, submitTo } from './submit';
import { parseBody, unprocessable } from './tinker-error';
import { createTrainingRun, type TrainingRun, unknownRun } from './training-run';

export type TrainingParts = {
  readonly registry: ModelRegistry;
  readonly baseModels: BaseModels;
  readonly checkpoints: Checkpoints;
  readonly records: RunRecords;
  readonly sessions: Sessions;
  readonly samplers: Samplers;
  readonly futures: Futures;
  readonly gapMs: number;
};

/** What clients do with the models that they train. */
export function trainingOperations(parts: TrainingParts): Operations {
  const { sessions, futures } = parts;
  const runOf = (id: string): TrainingRun => {
    const run = sessions.run(id);
    if (run === null) throw unknownRun(id);
    return run;
  };
  const begin: Begin = submitTo(futures);
  const pass = (exchange: Exchange, call: ForwardBackwardCall): ProtocolReply => {
    const run = runOf(call.modelId);
    return begin(exchange, { owner: run.id, seqId: call.seqId }, () => run.forwardBackward(call));
  };
  return {
    ...modelOperations(parts, { runOf, begin }),
    ...weightOperations(parts, { runOf, begin }),
    'POST forward_backward': (exchange) => {
      if (exchange.isProtobuf) return pass(exchange, callFromProto(exchange.bytes));
      const body = parseBody(ForwardBackwardJson, exchange.json);
      return pass(exchange, callFromJson(body, body.forward_backward_input, false));
    },
    'POST forward': (exchange) => {
      const body = parseBody(ForwardJson, exchange.json);
      return pass(exchange, callFromJson(body, body.forward_input, true));
    },
    'POST optim_step': (exchange) => {
      const body = parseBody(requests.OptimStepRequest, exchange.json);
      const run = runOf(body.model_id);
      return begin(
        exchange,
        addressOf(body),
        () => () => run.optimStep(body.seq_id ?? null, body.adam_params),
      );
    },
    'POST retrieve_future': async ({ json, request }) => {
      const { request_id } = parseBody(requests.RetrieveFutureRequest, json);
      const answer = await futures.retrieve(request_id, request.signal);
      switch (answer.state) {
        case 'done':
          return resultReply(request, answer.result);
        case 'failed':
          return jsonReply(200, { error: answer.error, category: answer.category });
        case 'pending':
          return jsonReply(408, { type: 'try_again', request_id, queue_state: 'active' });
      }
    },
  };
}

type Helpers = { readonly runOf: (id: string) => TrainingRun; readonly begin: Begin };

function addressOf(body: {
  readonly model_id: string;
  readonly seq_id?: number | null | undefined;
}): Address {
  return { owner: body.model_id, seqId: body.seq_id ?? null };
}

function modelOperations(parts: TrainingParts, { runOf, begin }: Helpers): Operations {
  const { sessions } = parts;
  return {
    'POST create_model': (exchange) => {
      const body = parseBody(requests.CreateModelRequest, exchange.json);
      const session = sessions.get(body.session_id);
      const runId = `${session.id}:train:${body.model_seq_id}`;
      return begin(exchange, { owner: runId, seqId: 0 }, () => {
        const base = parts.baseModels.find(body.base_model);
        return async () => {
          session.runs.set(runId, await createRun(parts, recordOf(runId, body), base));
          return { json: { model_id: runId, type: 'create_model' } };
        };
      });
    },
    'POST get_info': ({ json }) => {
      const { record } = runOf(parseBody(requests.ModelRequest, json).model_id);
      const name = record.baseModel;
      return jsonReply(200, {
        type: 'get_info',
        model_data: { arch: ARCHITECTURE, model_name: name, tokenizer_id: TOKENIZER_ID },
        model_id: record.runId,
        is_lora: true,
        lora_rank: record.rank,
        model_name: name,
      });
    },
    'POST unload_model': (exchange) => {
      const { model_id: owner } = parseBody(requests.ModelRequest, exchange.json);
      const run = runOf(owner);
      return begin(exchange, { owner, seqId: null }, () => async () => {
        await run.close();
        for (const { runs } of sessions.list()) runs.delete(owner);
        return { json: { model_id: owner, type: 'unload_model' } };
      });
    },
  };
}

async function createRun(parts: TrainingParts, record: RunRecord, base: BaseModel): Promise<TrainingRun> {
  const { shape, seed } = base;
  const model = await parts.registry.open({ name: `tinker:${record.runId}`, shape, seed, threads: null });
  await parts.records.add(record);
  return createTrainingRun({ ...parts, record, base, model });
}

const DEFAULT_RANK = 32;

function recordOf(runId: string, body: z.output<typeof requests.CreateModelRequest>): RunRecord {
  const lora = body.lora_config;
  return {
    runId,
    baseModel: body.base_model,
    rank: lora?.rank ?? DEFAULT_RANK,
    trains: {
      unembed: lora?.train_unembed ?? true,
      mlp: lora?.train_mlp ?? true,
      attn: lora?.train_attn ?? true,
    },
    userMetadata: body.user_metadata ?? null,
    createdAt: new Date().toISOString(),
  };
}

function weightOperations(parts: TrainingParts, { runOf, begin }: Helpers): Operations {
  const { sessions, checkpoints, samplers } = parts;
  return {
    'POST save_weights': (exchange) => {
      const body = parseBody(requests.SaveWeightsRequest, exchange.json);
      const run = runOf(body.model_id);
      const ref = { runId: run.id, kind: 'weights', name: body.path ?? randomUUID() } as const;
      const ttlSeconds = body.ttl_seconds ?? null;
      return begin(exchange, addressOf(body), () => async () => {
        const options = { ref, overwrite: body.overwrite === true, optimizer: true, ttlSeconds };
        await run.save(body.seq_id ?? null, options);
        return { json: { path: tinkerPath(ref), type: 'save_weights' } };
      });
    },
    'POST load_weights': (exchange) => {
      const body = parseBody(requests.LoadWeightsRequest, exchange.json);
      const run = runOf(body.model_id);
      const { path } = body;
      return begin(exchange, addressOf(body), () => async () => {
        const file = async (): Promise<string> => (await checkpoints.find(stateRef(path))).file;
        await run.load(body.seq_id ?? null, { file, optimizer: body.optimizer });
        return { json: { path, model_id: run.id, type: 'load_weights' } };
      });
    },
    'POST save_weights_for_sampler': (exchange) => {
      const body = parseBody(requests.SaveForSamplerRequest, exchange.json);
      const run = runOf(body.model_id);
      const named = body.path ?? null;
      const ref = {
        runId: run.id,
        kind: 'sampler_weights',
        name: named ?? `ephemeral-${randomUUID()}`,
      } as const;
      const ttlSeconds = body.ttl_seconds ?? null;
      const type = 'save_weights_for_sampler';
      return begin(exchange, addressOf(body), () => async () => {
        await run.save(body.seq_id ?? null, { ref, overwrite: false, optimizer: false, ttlSeconds });
        if (named !== null) return { json: { path: tinkerPath(ref), type } };
        const session = sessions.ofRun(run.id);
        const sampler = await samplers.open(session, { baseModel: null, modelPath: tinkerPath(ref) });
        return { json: { path: null, sampling_session_id: sampler.id, type } };
      });
    },
  };
}

function stateRef(path: string): ReturnType<typeof parseTinkerPath> {
  const ref = parseTinkerPath(path);
  if (ref.kind === 'weights') return ref;
  throw unprocessable(
    `${path} holds weights for a sampler. Training goes on from …/weights/<name>, which save_weights makes.`,
  );
}
