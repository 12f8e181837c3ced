import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const Body = z.union([z.object({ text: z.string() }), z.object({ b64: z.string() })]).nullable();

const Exchange = z.object({
  method: z.string(),
  path: z.string(),
  req_headers: z.record(z.string(), z.string()),
  req: Body,
  status: z.number(),
  resp_headers: z.record(z.string(), z.string()),
  resp: Body,
});

/** One recorded request of a real client with the answer of a real server. */
export type Exchange = {
  readonly method: string;
  readonly path: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly request: Buffer;
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly response: Buffer;
};

const FOLDER = fileURLToPath(new URL('../services/tinker/fixtures/recordings/', import.meta.url));

export function recordingNames(): readonly string[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl'));
}

/** Recorded traffic of Tinker's SDK, in order. */
export function readRecording(name: string): readonly Exchange[] {
  const lines = readFileSync(path.join(FOLDER, name), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const read = Exchange.parse(JSON.parse(line));
    return {
      method: read.method,
      path: read.path,
      requestHeaders: read.req_headers,
      request: bytesOf(read.req),
      status: read.status,
      responseHeaders: read.resp_headers,
      response: bytesOf(read.resp),
    };
  });
}

function bytesOf(body: z.infer<typeof Body>): Buffer {
  if (body === null) return Buffer.alloc(0);
  return 'text' in body ? Buffer.from(body.text) : Buffer.from(body.b64, 'base64');
}

export const isProtobuf = (headers: Readonly<Record<string, string>>): boolean =>
  Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === 'content-type' && value === 'application/x-protobuf',
  );
