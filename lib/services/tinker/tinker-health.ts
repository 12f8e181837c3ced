import type { ServiceHealth } from '../inference-service';
import { ServiceError } from '../service-error';
import type { TinkerConnection } from './tinker-connection';

/** Does the service answer? Never rejects but with the signal's reason. */
export async function tinkerHealth(
  { connection, baseModel }: { readonly connection: TinkerConnection; readonly baseModel: string },
  signal: AbortSignal,
): Promise<ServiceHealth> {
  try {
    await connection.ping('healthz', signal);
    return { ok: true, model: baseModel, detail: 'The Tinker service answers' };
  } catch (error) {
    if (error instanceof ServiceError) return { ok: false, detail: error.message };
    throw error;
  }
}
