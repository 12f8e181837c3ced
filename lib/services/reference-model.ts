import type { Datum } from '@/lib/rl/datum';
import { ServiceError } from './service-error';

export type ReferenceModel = {
  path(): string | null;
  set(path: string | null): void;
  /** Natural-log probabilities, one row per datum (entry 0 is 0). Rejects when there is no reference. */
  forward(batch: readonly Datum[], signal: AbortSignal): Promise<readonly Float32Array[]>;
};

/** Forward passes that are asked for at once. */
const CONCURRENCY = 64;

/** The reference model of a service that trains no second one: weights published for a sampler, which tells their probabilities. */
export function createReferenceModel<S>(sampler: {
  readonly open: (path: string, signal: AbortSignal) => Promise<S>;
  readonly logprobs: (from: S, tokens: readonly number[], signal: AbortSignal) => Promise<Float32Array>;
}): ReferenceModel {
  let place: string | null = null;
  let opened: { readonly from: S } | null = null;
  return {
    path: () => place,
    set(path) {
      [place, opened] = [path, null];
    },
    async forward(batch, signal) {
      if (place === null) {
        throw new ServiceError('rejected', 'The model has no reference: freeze one first.', {
          retryable: false,
        });
      }
      const { from } = (opened ??= { from: await sampler.open(place, signal) });
      const rows: Float32Array[] = [];
      for (let start = 0; start < batch.length; start += CONCURRENCY) {
        const asked = batch
          .slice(start, start + CONCURRENCY)
          .map(({ tokens }) => sampler.logprobs(from, Array.from(tokens), signal));
        rows.push(...(await Promise.all(asked)));
      }
      return rows;
    },
  };
}
