import { jsonReply } from '@/lib/embedded/protocol';
import { CreateSessionRequest, SessionRequest } from '@/lib/services/tinker/wire/requests';
import type { BaseModels } from '@/lib/embedded/base-models';
import type { Operations } from './exchange';
import { type Sessions, touchSession } from './sessions';
import { parseBody } from './tinker-error';

/**
 * The SDK's own defaults, but for three: chunks come one after the other, since a loopback has nothing to gain; bodies are
 * not packed; and the SDK's second transport library is not asked for, since not every installation has it.
 */
const CLIENT_CONFIG = {
  pjwt_auth_enabled: false,
  credential_default_source: 'api_key',
  sample_dispatch_bytes_semaphore_size: 10 * 1024 * 1024,
  inflight_response_bytes_semaphore_size: 50 * 1024 * 1024,
  parallel_fwdbwd_chunks: false,
  proto_compress_fwdbwd: false,
  fwdbwd_max_chunk_len: 1024,
  fwdbwd_max_chunk_bytes_count: 5_000_000,
  fwdbwd_dispatch_bytes_semaphore_size: 50_000_000,
  billing_exception_max_pause_duration_sec: 3600,
  sample_no_retries: false,
  sample_enable_stuck_detection: true,
  sample_max_concurrent_requests: 2000,
  use_pyqwest_transport: false,
  create_model_via_load_weights: false,
};
const REFRESH_SECONDS = 300;
const WELCOME =
  'A small model inside Galley answers here. It trains all of its weights, whatever LoRA configuration is asked for.';

/** What a client does before it works, and its signs of life. */
export function handshakeOperations(parts: {
  readonly sessions: Sessions;
  readonly baseModels: BaseModels;
}): Operations {
  const { sessions, baseModels } = parts;
  return {
    'POST client/config': () => jsonReply(200, CLIENT_CONFIG),
    'POST client/dynamic_config': () => jsonReply(200, { refresh_interval_sec: REFRESH_SECONDS }),
    'POST telemetry': () => jsonReply(200, { status: 'accepted' }),
    'GET get_server_capabilities': () =>
      jsonReply(200, {
        supported_models: baseModels.list.map(({ name, shape }) => ({
          model_name: name,
          max_context_length: shape.context,
        })),
      }),
    'POST create_session': ({ json }) => {
      parseBody(CreateSessionRequest, json);
      return jsonReply(200, {
        type: 'create_session',
        info_message: WELCOME,
        warning_message: null,
        error_message: null,
        session_id: sessions.create().id,
      });
    },
    'POST session_heartbeat': ({ json }) => {
      touchSession(sessions.get(parseBody(SessionRequest, json).session_id));
      return jsonReply(200, { type: 'session_heartbeat' });
    },
  };
}
