import { TtlRequest, WeightsInfoRequest } from '@/lib/services/tinker/wire/requests';
import { type Checkpoint, type Checkpoints, parseTinkerPath, tinkerPath } from './checkpoints';
import type { Exchange } from './exchange';
import type { RunRecord, RunRecords } from './run-records';
import type { SamplingSession, Session, Sessions } from './sessions';
import { parseBody } from './tinker-error';

export type ManagementParts = {
  readonly checkpoints: Checkpoints;
  readonly records: RunRecords;
  readonly sessions: Sessions;
};

/** Answers of the endpoints that look at what there is: runs, checkpoints, sessions, samplers. Null = none of them. */
export async function manage(parts: ManagementParts, exchange: Exchange): Promise<Answer | null> {
  const { request } = exchange;
  const [first = '', ...rest] = request.path;
  const look = LOOKS[`${request.method} ${first}`];
  return look === undefined ? null : await look(parts, { ...exchange, rest, page: pageOf(request.query) });
}

type Answer = { readonly body: unknown };
type Asked = Exchange & { readonly rest: readonly string[]; readonly page: Page };
type Look = (parts: ManagementParts, asked: Asked) => Promise<Answer | null>;

const LOOKS: Readonly<Record<string, Look | undefined>> = {
  'POST weights_info': async (parts, { json }) => ({
    body: await weightsInfo(parts, parseBody(WeightsInfoRequest, json).tinker_path),
  }),
  'GET training_runs': lookAtRuns,
  'DELETE training_runs': changeCheckpoint,
  'PUT training_runs': changeCheckpoint,
  'GET checkpoints': async (parts, { rest, page }) =>
    rest.length > 0 ? null : { body: await allCheckpoints(parts, page) },
  'GET sessions': ({ sessions }, { rest: [id], page }) =>
    Promise.resolve({
      body:
        id === undefined
          ? { sessions: cut(sessions.list(), page).items.map((session) => session.id) }
          : sessionJson(sessions.get(id)),
    }),
  'GET samplers': ({ sessions }, { rest: [id] }) =>
    Promise.resolve(id === undefined ? null : { body: samplerJson(sessions.sampler(id)) }),
};

async function lookAtRuns(parts: ManagementParts, { rest, page }: Asked): Promise<Answer | null> {
  const [runId, part, ...others] = rest;
  if (runId === undefined) return { body: await trainingRuns(parts, page) };
  const record = await parts.records.get(runId);
  if (part === undefined) return { body: await trainingRun(parts, record) };
  if (part !== 'checkpoints' || others.length > 0) return null;
  return { body: { checkpoints: (await parts.checkpoints.list(runId)).map(checkpointJson) } };
}

async function changeCheckpoint({ checkpoints }: ManagementParts, asked: Asked): Promise<Answer | null> {
  const { method } = asked.request;
  const [runId = '', part, kind = '', name = '', verb, ...others] = asked.rest;
  const isTtl = method === 'PUT' && verb === 'ttl';
  const isRemoval = method === 'DELETE' && verb === undefined;
  if (part !== 'checkpoints' || others.length > 0 || !(isTtl || isRemoval)) return null;
  const ref = parseTinkerPath(`tinker://${runId}/${kind}/${name}`);
  if (isTtl) await checkpoints.setTtl(ref, parseBody(TtlRequest, asked.json).ttl_seconds ?? null);
  else await checkpoints.remove(ref);
  return { body: { tinker_path: tinkerPath(ref) } };
}

type Page = { readonly limit: number; readonly offset: number };
const PAGE_SIZE = 20;

function pageOf(query: URLSearchParams): Page {
  const number = (name: string, usual: number): number => {
    const text = query.get(name);
    return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : usual;
  };
  return { limit: number('limit', PAGE_SIZE), offset: number('offset', 0) };
}

function cut<T>(all: readonly T[], { limit, offset }: Page) {
  return { items: all.slice(offset, offset + limit), cursor: { offset, limit, total_count: all.length } };
}

async function weightsInfo({ checkpoints, records }: ManagementParts, path: string): Promise<unknown> {
  const { ref } = await checkpoints.find(parseTinkerPath(path));
  const { baseModel, rank, trains } = await records.get(ref.runId);
  return {
    base_model: baseModel,
    is_lora: true,
    lora_rank: rank,
    train_unembed: trains.unembed,
    train_mlp: trains.mlp,
    train_attn: trains.attn,
  };
}

async function trainingRuns(parts: ManagementParts, page: Page): Promise<unknown> {
  const { items, cursor } = cut(await parts.records.list(), page);
  return { training_runs: await Promise.all(items.map((record) => trainingRun(parts, record))), cursor };
}

async function trainingRun({ checkpoints }: ManagementParts, record: RunRecord): Promise<unknown> {
  const saved = await checkpoints.list(record.runId);
  const newest = (kind: Checkpoint['ref']['kind']): unknown => {
    const found = saved.findLast(({ ref }) => ref.kind === kind);
    return found === undefined ? null : checkpointJson(found);
  };
  return {
    training_run_id: record.runId,
    base_model: record.baseModel,
    model_owner: 'local',
    is_lora: true,
    corrupted: false,
    lora_rank: record.rank,
    last_request_time: saved.at(-1)?.savedAt.toISOString() ?? record.createdAt,
    last_checkpoint: newest('weights'),
    last_sampler_checkpoint: newest('sampler_weights'),
    user_metadata: record.userMetadata,
  };
}

function checkpointJson({ ref, path, savedAt, bytes, expiresAt }: Checkpoint): unknown {
  return {
    checkpoint_id: `${ref.kind}/${ref.name}`,
    checkpoint_type: ref.kind === 'weights' ? 'training' : 'sampler',
    time: savedAt.toISOString(),
    tinker_path: path,
    size_bytes: bytes,
    public: false,
    expires_at: expiresAt?.toISOString() ?? null,
  };
}

async function allCheckpoints({ checkpoints, records }: ManagementParts, page: Page): Promise<unknown> {
  const lists = await Promise.all((await records.list()).map(({ runId }) => checkpoints.list(runId)));
  const newestFirst = lists.flat().sort((a, b) => b.savedAt.getTime() - a.savedAt.getTime());
  const { items, cursor } = cut(newestFirst, page);
  return { checkpoints: items.map(checkpointJson), cursor };
}

function sessionJson({ runs, samplers }: Session): unknown {
  return { training_run_ids: [...runs.keys()], sampler_ids: [...samplers.keys()] };
}

function samplerJson({ id, base, modelPath }: SamplingSession): unknown {
  return { sampler_id: id, base_model: base.name, model_path: modelPath };
}
