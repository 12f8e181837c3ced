import { z } from 'zod';
import { createRequester } from '@/lib/services/request';
import { ServiceError } from '@/lib/services/service-error';

/** One question to a service: short, asked once, answered or not. */
export type Probe = {
  readonly service: string;
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path: string;
  readonly body?: unknown;
};

export type Answer =
  | { readonly kind: 'answer'; readonly value: unknown }
  /** Reached, and not willing. */
  | { readonly kind: 'refused'; readonly status: number }
  /** Nobody answered in time. */
  | { readonly kind: 'silent'; readonly message: string; readonly isLate: boolean };

/** A launch is not to wait longer than this for one check. */
const TIME_LIMIT_MS = 2_000;

export async function askService({ service, baseUrl, headers = {}, path, body }: Probe): Promise<Answer> {
  const requester = createRequester({ service, baseUrl, headers, timeoutMs: TIME_LIMIT_MS, maxAttempts: 1 });
  const call = {
    operation: path,
    method: body === undefined ? ('GET' as const) : ('POST' as const),
    path,
    ...(body === undefined ? {} : { body }),
  };
  try {
    const reply = await requester.once(call, AbortSignal.timeout(TIME_LIMIT_MS));
    if (reply.status < 200 || reply.status > 299) return { kind: 'refused', status: reply.status };
    const value: unknown = z.json().safeParse(parseJson(reply.body.toString('utf8'))).data ?? null;
    return { kind: 'answer', value };
  } catch (error) {
    if (error instanceof ServiceError)
      return { kind: 'silent', message: error.message, isLate: error.kind === 'timeout' };
    if (error instanceof Error && error.name === 'TimeoutError')
      return {
        kind: 'silent',
        message: `${service} did not answer within ${TIME_LIMIT_MS / 1000} s`,
        isLate: true,
      };
    throw error;
  } finally {
    requester.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
