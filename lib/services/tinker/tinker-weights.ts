import { ServiceError } from '../service-error';
import { uniqueName } from '../unique-name';
import type { OpenModel, TinkerModel } from './tinker-model';
import { jsonOperation, type Operations } from './tinker-operations';
import { LoadWeightsReply, SaveForSamplerReply, SaveWeightsReply } from './wire/replies';

type Parts = { readonly model: TinkerModel; readonly operations: Operations };

/** Weights for a sampler are of use until the next ones are published; a pause may come between. */
const SAMPLER_TTL_SECONDS = 86_400;

type SamplerWeights = {
  readonly label: string;
  /** As long as the run's states, which name them; the others go by themselves. */
  readonly lasts: boolean;
};

/** The path of the training weights of now, for a sampler. */
export async function saveForSampler(
  parts: Parts,
  { label, lasts }: SamplerWeights,
  signal: AbortSignal,
): Promise<string> {
  const kind = { name: 'SaveWeightsForSampler', schema: SaveForSamplerReply };
  const body = { path: uniqueName(label), ...(lasts ? {} : { ttl_seconds: SAMPLER_TTL_SECONDS }) };
  const reply = await numbered(parts, { path: 'save_weights_for_sampler', body, kind }, signal);
  if (!reply.path) throw new ServiceError('protocol', 'Tinker: SaveWeightsForSampler gave no path');
  return reply.path;
}

/** The path of weights and moments of now. */
export async function saveWeights(parts: Parts, label: string, signal: AbortSignal): Promise<string> {
  const kind = { name: 'SaveWeights', schema: SaveWeightsReply };
  const body = { path: uniqueName(label), overwrite: false };
  return (await numbered(parts, { path: 'save_weights', body, kind }, signal)).path;
}

export async function loadWeights(parts: Parts, path: string, signal: AbortSignal): Promise<void> {
  const kind = { name: 'LoadWeights', schema: LoadWeightsReply };
  await numbered(parts, { path: 'load_weights', body: { path, optimizer: true }, kind }, signal);
}

type Request<T> = {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly kind: Parameters<typeof jsonOperation<T>>[2];
};

async function numbered<T>(
  { model, operations }: Parts,
  { path, body, kind }: Request<T>,
  signal: AbortSignal,
): Promise<T> {
  return await model.inTurn(async (open: OpenModel) => {
    const make = (seqId: number) =>
      jsonOperation(path, { model_id: open.modelId, ...body, seq_id: seqId, type: path }, kind);
    return await operations.finish(await model.submitNext(open, make, signal), signal);
  });
}
