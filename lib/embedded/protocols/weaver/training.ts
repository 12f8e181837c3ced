import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { jsonReply } from '@/lib/embedded/protocol';
import type { ModelRegistry } from '@/lib/embedded/model-registry';
import * as requests from '@/lib/services/weaver/wire/requests';
import { type BaseModels, TOKENIZER_ID } from '@/lib/embedded/base-models';
import type { Checkpoint, CheckpointKind, Checkpoints } from '../tinker/checkpoints';
import type { Exchange } from '../tinker/exchange';
import type { FutureResult } from '../tinker/futures';
import type { RunRecord, RunRecords } from '../tinker/run-records';
import type { Sessions } from '../tinker/sessions';
import { parseBody, unprocessable } from '../tinker/tinker-error';
import { createTrainingRun, type TrainingRun, unknownRun } from '../tinker/training-run';
import type { Handler, Routes } from './routes';
import type { WeaverOperations } from './weaver-operations';
import { passCall } from './weaver-pass';
import { parseWeaverPath, weaverPath } from './weaver-path';

export type TrainingParts = {
  readonly registry: ModelRegistry;
  readonly baseModels: BaseModels;
  readonly checkpoints: Checkpoints;
  readonly records: RunRecords;
  readonly sessions: Sessions;
  readonly operations: WeaverOperations;
  readonly newId: () => string;
  readonly gapMs: number;
};

const DEFAULT_RANK = 32;

/** What clients do with the models that they train. */
export function trainingRoutes(parts: TrainingParts): Routes {
  const { sessions, operations, checkpoints } = parts;
  const runOf = (id: string): TrainingRun => {
    const run = sessions.run(id);
    if (run === null) throw unknownRun(id);
    return run;
  };
  return {
    'POST sessions/:id/models': async ({ json }, session) => {
      const body = parseBody(requests.CreateModelRequest, json);
      return jsonReply(201, await createModel(parts, session, body));
    },
    'GET models/:id': (_, id) => jsonReply(200, modelJson(runOf(id).record)),
    'POST models/:id/terminate': async (_, id) => {
      await runOf(id).close();
      for (const { runs } of sessions.list()) runs.delete(id);
      return jsonReply(200, { id, status: 'terminated' });
    },
    'POST models/:id/forward-backward-passes': (exchange, id) => {
      const { payload } = parseBody(requests.ForwardBackwardRequest, exchange.json);
      const call = passCall(payload, payload.forward_backward_input, { forwardOnly: false });
      const address = { owner: id, seqId: call.seqId };
      return operations.begin(exchange, address, () => wrapped(runOf(id).forwardBackward(call)));
    },
    'POST models/:id/forward-passes': (exchange, id) => {
      const { payload } = parseBody(requests.ForwardRequest, exchange.json);
      const call = passCall(payload, payload.forward_input, { forwardOnly: true });
      const address = { owner: id, seqId: call.seqId };
      return operations.begin(exchange, address, () => wrapped(runOf(id).forwardBackward(call)));
    },
    'POST models/:id/optimizer-steps': (exchange, id) => {
      const { payload } = parseBody(requests.OptimizerRequest, exchange.json);
      const { adam_params: adam, seq_id: seqId = null } = payload;
      const run = runOf(id);
      return operations.begin(exchange, { owner: id, seqId }, () =>
        wrapped(() => run.optimStep(seqId, adam)),
      );
    },
    ...weightRoutes(parts, runOf),
    'GET models/:id/checkpoints': async (_, id) =>
      jsonReply(200, { items: (await checkpoints.list(id)).map(checkpointJson) }),
    'PATCH models/:id/checkpoints/ttl': async ({ json }) => {
      const { path, ttl_seconds: ttl = null } = parseBody(requests.TtlRequest, json);
      await checkpoints.setTtl(parseWeaverPath(path), ttl);
      return jsonReply(200, { path, ttl_seconds: ttl });
    },
  };
}

/** Weaver puts a worker's own answer into `result`. */
function wrapped(work: () => Promise<FutureResult>): () => Promise<FutureResult> {
  return async () => ({ json: { result: (await work()).json } });
}

async function createModel(
  parts: TrainingParts,
  sessionId: string,
  body: z.output<typeof requests.CreateModelRequest>,
): Promise<unknown> {
  const session = parts.sessions.get(sessionId);
  const base = parts.baseModels.find(body.base_model);
  const { shape, seed } = base;
  const runId = parts.newId();
  const model = await parts.registry.open({ name: `weaver:${runId}`, shape, seed, threads: null });
  const lora = body.lora_config;
  const record: RunRecord = {
    runId,
    baseModel: base.name,
    rank: lora?.rank ?? DEFAULT_RANK,
    trains: {
      unembed: lora?.train_unembed ?? true,
      mlp: lora?.train_mlp ?? true,
      attn: lora?.train_attn ?? true,
    },
    userMetadata: { ...body.user_metadata, training_mode: body.training_mode ?? 'lora' },
    createdAt: new Date().toISOString(),
  };
  await parts.records.add(record);
  session.runs.set(runId, createTrainingRun({ ...parts, record, base, model }));
  return modelJson(record);
}

function modelJson({ runId, baseModel, userMetadata, createdAt }: RunRecord): unknown {
  return {
    id: runId,
    base_model: baseModel,
    tokenizer_path: TOKENIZER_ID,
    training_mode: userMetadata?.['training_mode'] ?? 'lora',
    created_at: createdAt,
  };
}

function weightRoutes(
  { operations, checkpoints }: TrainingParts,
  runOf: (id: string) => TrainingRun,
): Routes {
  const save = (exchange: Exchange, id: string, wanted: Wanted): ReturnType<Handler> => {
    const { seqId, kind, optimizer, ttlSeconds, named } = wanted;
    const run = runOf(id);
    const ref = { runId: id, kind, name: named ?? randomUUID() };
    return operations.begin(exchange, { owner: id, seqId }, () => async () => {
      await run.save(seqId, { ref, overwrite: false, optimizer, ttlSeconds });
      const saved = checkpointJson(await checkpoints.find(ref));
      return { json: kind === 'weights' ? saved : { model_path: weaverPath(ref) } };
    });
  };
  return {
    'POST models/:id/export-sampler': (exchange, id) => {
      const body = parseBody(requests.ExportRequest, exchange.json);
      const seqId = body.seq_id ?? null;
      const common = { seqId, named: body.path ?? null, ttlSeconds: body.ttl_seconds ?? null };
      return save(exchange, id, { ...common, kind: 'sampler_weights', optimizer: false });
    },
    'POST models/:id/checkpoints': (exchange, id) => {
      const body = parseBody(requests.SaveRequest, exchange.json);
      return save(exchange, id, {
        seqId: null,
        named: body.name ?? null,
        ttlSeconds: body.ttl_seconds ?? null,
        kind: body.type === 'sampling' ? 'sampler_weights' : 'weights',
        optimizer: body.type === 'weight_and_optimizer',
      });
    },
    'POST models/:id/load': (exchange, id) => {
      const { path, include_optimizer: optimizer } = parseBody(requests.LoadRequest, exchange.json);
      const ref = parseWeaverPath(path);
      if (ref.kind !== 'weights') throw unprocessable(`${path} holds weights to sample from, not a state.`);
      const run = runOf(id);
      return operations.begin(exchange, { owner: id, seqId: null }, () => async () => {
        await run.load(null, { file: async () => (await checkpoints.find(ref)).file, optimizer });
        return { json: { path } };
      });
    },
  };
}

type Wanted = {
  readonly seqId: number | null;
  readonly kind: CheckpointKind;
  readonly optimizer: boolean;
  readonly ttlSeconds: number | null;
  readonly named: string | null;
};

function checkpointJson({ ref, savedAt, expiresAt }: Checkpoint): unknown {
  return {
    id: `${ref.runId}:${ref.kind}:${ref.name}`,
    path: weaverPath(ref),
    name: ref.name,
    type: ref.kind === 'weights' ? 'weight' : 'sampling',
    status: 'completed',
    created_at: savedAt.toISOString(),
    expires_at: expiresAt?.toISOString() ?? null,
  };
}
