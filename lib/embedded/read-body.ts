import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal';

/** The request's body; refuses what is larger than `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

const JSON_TYPE = /^application\/json *(;|$)/i;

/** A body as JSON; null without one. Refuses other media types. */
export function parseJsonBody(bytes: Buffer, type: string | undefined): unknown {
  if (bytes.byteLength === 0) return null;
  if (type === undefined || !JSON_TYPE.test(type)) {
    const message = `The body must be application/json, not ${type ?? '(not named)'}`;
    throw new Refusal('unsupported_media_type', message);
  }
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Refusal('invalid_request', `The body is not JSON: ${detail}`, { cause: error });
  }
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal('too_large', `The body is larger than ${maxBytes} bytes: send fewer sequences at once`);
}
