import { sharedDoubles, sharedFloats, sharedInts } from './batch';
import type { Sample, SampleRequest } from './learner';

/** Sample requests and room for their results, in shared arrays. */
export type SampleJob = {
  readonly count: number;
  readonly promptOffsets: Int32Array;
  readonly prompts: Int32Array;
  readonly stopOffsets: Int32Array;
  readonly stops: Int32Array;
  readonly temperatures: Float64Array;
  readonly seeds: Float64Array;
  /** Completion i may fill tokens[outOffsets[i]…outOffsets[i+1]). */
  readonly outOffsets: Int32Array;
  readonly tokens: Int32Array;
  readonly logprobs: Float32Array;
  readonly lengths: Int32Array;
  /** 1 = ended by a stop token. */
  readonly stopped: Int32Array;
};

function concatenate(lists: readonly (readonly number[])[]): [offsets: Int32Array, values: Int32Array] {
  const offsets = sharedInts(lists.length + 1);
  for (const [index, list] of lists.entries()) offsets[index + 1] = (offsets[index] ?? 0) + list.length;
  const values = sharedInts(offsets[lists.length] ?? 0);
  for (const [index, list] of lists.entries()) values.set(list, offsets[index] ?? 0);
  return [offsets, values];
}

/** Requests must have been checked. Completions are cut where the context ends. */
export function packSampleJob(requests: readonly SampleRequest[], context: number): SampleJob {
  const count = requests.length;
  const [promptOffsets, prompts] = concatenate(requests.map((request) => request.prompt));
  const [stopOffsets, stops] = concatenate(requests.map((request) => request.stopTokens));
  const outOffsets = sharedInts(count + 1);
  const temperatures = sharedDoubles(count);
  const seeds = sharedDoubles(count);
  for (const [index, request] of requests.entries()) {
    // the last token of a completion is never fed, so it may lie one beyond the context
    const room = Math.min(request.maxTokens, context + 1 - request.prompt.length);
    outOffsets[index + 1] = (outOffsets[index] ?? 0) + room;
    temperatures[index] = request.temperature;
    seeds[index] = request.seed;
  }
  const total = outOffsets[count] ?? 0;
  return {
    ...{ count, promptOffsets, prompts, stopOffsets, stops, temperatures, seeds, outOffsets },
    tokens: sharedInts(total),
    logprobs: sharedFloats(total),
    lengths: sharedInts(count),
    stopped: sharedInts(count),
  };
}

export function unpackSamples(job: SampleJob): readonly Sample[] {
  return Array.from({ length: job.count }, (_, index) => {
    const from = job.outOffsets[index] ?? 0;
    const to = from + (job.lengths[index] ?? 0);
    return {
      tokens: Int32Array.from(job.tokens.subarray(from, to)),
      logprobs: Float32Array.from(job.logprobs.subarray(from, to)),
      stopReason: job.stopped[index] === 1 ? 'stop' : 'length',
    };
  });
}
