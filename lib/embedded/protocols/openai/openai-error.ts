import { z } from 'zod';
import { jsonReply, type ProtocolReply } from '@/lib/embedded/protocol';
import { Refusal } from '@/lib/embedded/refusal';

const TYPE_OF: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [404, 'not_found_error'],
  [429, 'rate_limit_error'],
]);

const CODE_OF: ReadonlyMap<string, string> = new Map([
  ['unauthorized', 'invalid_api_key'],
  ['no_model', 'model_not_found'],
]);

/** A refusal in OpenAI's words; `param` names the part of the request that is at fault. */
export function wordOpenAiError(
  { httpStatus, code, message }: Refusal,
  param: string | null = null,
): ProtocolReply {
  const error = {
    message,
    type: TYPE_OF.get(httpStatus) ?? (httpStatus < 500 ? 'invalid_request_error' : 'server_error'),
    param,
    code: CODE_OF.get(code) ?? null,
  };
  return jsonReply(httpStatus, { error });
}

/** A refusal that names the part of the request that is at fault. */
export class ParamRefusal extends Refusal {
  readonly param: string;

  constructor(param: string, message: string) {
    super('invalid_request', message);
    this.param = param;
  }
}

export function parseRequest<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ParamRefusal(
    issue?.path.join('.') ?? '',
    `The request is not usable: ${z.prettifyError(parsed.error)}`,
  );
}
