import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal';

const JSON_TYPE = /^application\/json *(;|$)/i;

/** The request's JSON; null without a body. Refuses other media types and what is larger than `maxBytes`. */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
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
  if (size === 0) return null;
  const type = request.headers['content-type'] ?? '(not named)';
  if (!JSON_TYPE.test(type)) {
    throw new Refusal('unsupported_media_type', `The body must be application/json, not ${type}`);
  }
  return parseJson(Buffer.concat(chunks));
}

function parseJson(bytes: Buffer): unknown {
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
