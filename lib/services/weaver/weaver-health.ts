import type { ServiceHealth } from '../inference-service';
import { ServiceError } from '../service-error';
import type { WeaverConnection } from './weaver-connection';

/** Does the service answer? Never rejects but with the signal's reason. */
export async function weaverHealth(
  { connection, baseModel }: { readonly connection: WeaverConnection; readonly baseModel: string },
  signal: AbortSignal,
): Promise<ServiceHealth> {
  try {
    await connection.ping(signal);
    return { ok: true, model: baseModel, detail: 'The Weaver service answers' };
  } catch (error) {
    if (error instanceof ServiceError) return { ok: false, detail: error.message };
    throw error;
  }
}
