import { z } from 'zod';

// Replies of Tinker's servers, beside those of sampling and of forward passes.

export const ClientConfigReply = z.object({
  pjwt_auth_enabled: z.boolean().optional(),
  credential_default_source: z.string().optional(),
  sample_dispatch_bytes_semaphore_size: z.number().optional(),
  inflight_response_bytes_semaphore_size: z.number().optional(),
  parallel_fwdbwd_chunks: z.boolean().optional(),
  proto_compress_fwdbwd: z.boolean().optional(),
  fwdbwd_max_chunk_len: z.number().int().positive().optional(),
  fwdbwd_max_chunk_bytes_count: z.number().int().positive().optional(),
  fwdbwd_dispatch_bytes_semaphore_size: z.number().optional(),
  billing_exception_max_pause_duration_sec: z.number().nonnegative().optional(),
  sample_no_retries: z.boolean().optional(),
  sample_enable_stuck_detection: z.boolean().optional(),
  sample_max_concurrent_requests: z.number().int().positive().optional(),
  use_pyqwest_transport: z.boolean().optional(),
  create_model_via_load_weights: z.boolean().optional(),
});

const message = z.string().nullish();
export const CreateSessionReply = z.object({
  type: z.literal('create_session').optional(),
  session_id: z.string(),
  info_message: message,
  warning_message: message,
  error_message: message,
});

export const HeartbeatReply = z.object({ type: z.literal('session_heartbeat').optional() });

export const CapabilitiesReply = z.object({
  supported_models: z.array(
    z.object({ model_name: z.string().nullish(), max_context_length: z.number().int().nullish() }),
  ),
});

/** What a submit is answered with: the result is fetched by `request_id`. */
export const FutureReply = z.object({ request_id: z.string(), model_id: z.string().nullish() });

export const CreateModelReply = z.object({ model_id: z.string(), type: z.string().nullish() });

export const GetInfoReply = z.object({
  type: z.string().nullish(),
  model_id: z.string(),
  model_data: z.object({
    arch: z.string().nullish(),
    model_name: z.string().nullish(),
    tokenizer_id: z.string().nullish(),
  }),
  is_lora: z.boolean().nullish(),
  lora_rank: z.number().int().nullish(),
  model_name: z.string().nullish(),
});

export const OptimStepReply = z.object({ metrics: z.record(z.string(), z.number().nullable()).nullish() });

export const SaveWeightsReply = z.object({ path: z.string(), type: z.string().nullish() });

export const SaveForSamplerReply = z.object({
  path: z.string().nullish(),
  sampling_session_id: z.string().nullish(),
  type: z.string().nullish(),
});

export const LoadWeightsReply = z.object({
  path: z.string().nullish(),
  model_id: z.string().nullish(),
  type: z.string().nullish(),
});

export const CreateSamplingSessionReply = z.object({
  type: z.string().nullish(),
  sampling_session_id: z.string(),
});

export const UnloadModelReply = z.object({ model_id: z.string(), type: z.string().nullish() });

/** The operation behind a future failed; `user` = asking again changes nothing. */
export const FailedReply = z.object({
  error: z.string(),
  category: z.string().transform((name) => (name === 'user' || name === 'server' ? name : 'unknown')),
});

/** Ask again at once; a server may send the same with status 408. */
export const TryAgainReply = z.object({
  type: z.literal('try_again'),
  request_id: z.string().optional(),
  queue_state: z.string().optional(),
  queue_state_reason: z.string().nullish(),
});

/** The result is ready and large: ask again without `allow_metadata_only`. */
export const MetadataReply = z.object({
  status: z.literal('complete_metadata'),
  response_payload_size: z.number().optional(),
});
