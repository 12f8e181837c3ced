import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ProtocolRequest } from '@/lib/embedded/protocol';
import { parseJsonBody } from '@/lib/embedded/read-body';
import { Refusal } from '@/lib/embedded/refusal';
import type { TensorFile } from '@/lib/shared/safetensors';
import { decodeTensorBody, TENSOR_TYPE } from '@/lib/services/train-service/wire/tensor-body';

export type ParsedBody = {
  /** Null without a body. */
  readonly json: unknown;
  /** Null for a JSON body. */
  readonly tensors: TensorFile['tensors'] | null;
  readonly digest: string;
};

/** A body as JSON or as a safetensors file, by its content type. */
export async function readParsedBody(request: ProtocolRequest): Promise<ParsedBody> {
  const bytes = await request.readBody();
  const type = request.headers['content-type'];
  const digest = createHash('sha256').update(bytes).digest('base64');
  if (type !== TENSOR_TYPE) return { json: parseJsonBody(bytes, type), tensors: null, digest };
  const body = decodeTensorBody(bytes);
  if (body === undefined) throw new Refusal('invalid_request', 'The body is no whole safetensors file');
  return { ...body, digest };
}

export function parseAs<T>(schema: z.ZodType<T>, { json }: ParsedBody): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Refusal('invalid_request', `The request is not usable: ${z.prettifyError(parsed.error)}`);
}
