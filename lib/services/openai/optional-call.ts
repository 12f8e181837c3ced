import type { Call, Requester } from '../request';
import { ServiceError } from '../service-error';

const ABSENT = new Set([404, 405]);

/** The answer of a path that not every build has; null where it is missing. */
export async function optionalCall<T>(
  server: Requester,
  call: Call<T>,
  signal: AbortSignal,
): Promise<T | null> {
  try {
    return await server.send(call, signal);
  } catch (error) {
    if (error instanceof ServiceError && error.status !== null && ABSENT.has(error.status)) return null;
    throw error;
  }
}
