import type { Datum } from '@/lib/rl/datum';
import { ServiceError } from '../service-error';

/** Of one request. */
export type PartLimits = { readonly maxSequences: number; readonly maxBytes: number };

/** Bytes of a token in all its columns. */
const TOKEN_BYTES = 20;
/** Of the header, and of a sequence's length. */
const HEADER_BYTES = 4096;
const SEQUENCE_BYTES = 4;

/** The batch in order, in parts that a request can hold. Throws a `ServiceError` for a sequence that no request holds. */
export function splitBatch(batch: readonly Datum[], limits: PartLimits): readonly (readonly Datum[])[] {
  const parts: Datum[][] = [];
  let bytes = Infinity;
  for (const [index, datum] of batch.entries()) {
    const size = datum.tokens.length * TOKEN_BYTES + SEQUENCE_BYTES;
    if (size + HEADER_BYTES > limits.maxBytes) throw tooLong(index, datum, limits);
    const last = parts.at(-1);
    if (last === undefined || bytes + size > limits.maxBytes || last.length >= limits.maxSequences) {
      parts.push([datum]);
      bytes = HEADER_BYTES + size;
    } else {
      last.push(datum);
      bytes += size;
    }
  }
  return parts;
}

function tooLong(index: number, { tokens }: Datum, { maxBytes }: PartLimits): ServiceError {
  const message = `Sequence ${index} has ${tokens.length} tokens: more than the train service takes in one request of ${maxBytes} bytes. Raise its limit, or shorten data.max_response_length.`;
  return new ServiceError('rejected', message, { retryable: false });
}
