import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { MetricValue } from '@/lib/domain/run-event';
import { TrajectoryBody } from '@/lib/domain/trajectory';
import { TrajectorySequence } from '@/lib/domain/trajectory-sequence';

/** Characters of JSON per block: small enough to open one rollout fast, large enough to compress well. */
const MAX_BLOCK = 256 * 1024;
/** Bodies repeat themselves; higher levels cost three times as much for a tenth less. */
const COMPRESSION_LEVEL = 3;

/** Non-finite numbers are strings in the store, since JSON has none. */
const StoredBody = z.preprocess(
  upgrade,
  TrajectoryBody.extend({
    sequences: z.array(TrajectorySequence.extend({ logprobs: z.array(MetricValue) })),
    metrics: z.record(z.string(), MetricValue),
  }),
);
const StoredBlock = z.array(z.unknown());

/** Cuts bodies (JSON texts) into runs of consecutive ones that share a block; gives the end of each. */
export function blockEnds(bodies: readonly string[]): readonly number[] {
  const ends: number[] = [];
  let size = 0;
  bodies.forEach((body, index) => {
    if (size > 0 && size + body.length > MAX_BLOCK) {
      ends.push(index);
      size = 0;
    }
    size += body.length;
  });
  if (bodies.length > 0) ends.push(bodies.length);
  return ends;
}

export function packBlock(bodies: readonly string[]): Uint8Array {
  return deflateRawSync(`[${bodies.join(',')}]`, { level: COMPRESSION_LEVEL });
}

export function unpackBody(data: Uint8Array, place: number): TrajectoryBody {
  return StoredBody.parse(unpack(data)[place]);
}

export function unpackBlock(data: Uint8Array): readonly TrajectoryBody[] {
  return unpack(data).map((body) => StoredBody.parse(body));
}

function unpack(data: Uint8Array): readonly unknown[] {
  return StoredBlock.parse(JSON.parse(inflateRawSync(data).toString('utf8')));
}

/** Bodies from before rollouts had turns hold the one sequence's arrays themselves. */
function upgrade(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('tokens' in body)) return body;
  return { ...body, sequences: [{ ...body, weightVersions: [] }], turns: [] };
}
