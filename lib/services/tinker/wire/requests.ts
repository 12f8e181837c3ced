import { z } from 'zod';
import { ModelInputJson } from './model-input';

// Bodies that Tinker's clients send, beside those of forward and forward_backward. Older SDKs leave out `type` and what
// came later; unknown keys are ignored, as the SDK does with replies.

const count = z.number().int().nonnegative();
const text = z.string().min(1);
const metadata = z.record(z.string(), z.unknown()).nullish();
const ttl = { ttl_seconds: z.number().int().positive().nullish() };
const type = z.string().optional();
const Addressed = { model_id: text, seq_id: count.nullish(), type };

export const ClientConfigRequest = z.object({ sdk_version: z.string() });

export const CreateSessionRequest = z.object({
  tags: z.array(z.string()).nullish(),
  user_metadata: metadata,
  sdk_version: z.string(),
  project_id: z.string().nullish(),
  type,
});

export const SessionRequest = z.object({ session_id: text, type });

export const LoraConfig = z.object({
  rank: z.number().int().positive(),
  seed: z.number().int().nullish(),
  train_unembed: z.boolean().optional(),
  train_mlp: z.boolean().optional(),
  train_attn: z.boolean().optional(),
});

export const CreateModelRequest = z.object({
  session_id: text,
  model_seq_id: count,
  base_model: text,
  user_metadata: metadata,
  lora_config: LoraConfig.nullish(),
  type,
});

export const ModelRequest = z.object({ model_id: text, type });

export const AdamParams = z.object({
  learning_rate: z.number().nonnegative().default(1e-4),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.95),
  eps: z.number().positive().default(1e-12),
  weight_decay: z.number().nonnegative().default(0),
  grad_clip_norm: z.number().nonnegative().default(0),
});

export const OptimStepRequest = z.object({ ...Addressed, adam_params: AdamParams });

export const SaveWeightsRequest = z.object({
  ...Addressed,
  path: z.string().nullish(),
  overwrite: z.boolean().optional(),
  ...ttl,
});

export const SaveForSamplerRequest = z.object({
  ...Addressed,
  path: z.string().nullish(),
  sampling_session_seq_id: count.nullish(),
  ...ttl,
});

export const LoadWeightsRequest = z.object({
  ...Addressed,
  path: text,
  optimizer: z.boolean().default(true),
  weights_access_token: z.string().nullish(),
});

export const CreateSamplingSessionRequest = z.object({
  session_id: text,
  sampling_session_seq_id: count,
  base_model: z.string().nullish(),
  model_path: z.string().nullish(),
  type,
});

export const SamplingParams = z.object({
  max_tokens: z.number().int().positive().nullish(),
  seed: z.number().int().nullish(),
  stop: z.union([z.string(), z.array(z.string()), z.array(z.number().int())]).nullish(),
  temperature: z.number().nonnegative().default(1),
  top_k: z.number().int().default(-1),
  top_p: z.number().positive().max(1).default(1),
});

export const SampleRequest = z.object({
  num_samples: z.number().int().positive().default(1),
  prompt: ModelInputJson,
  sampling_params: SamplingParams,
  base_model: z.string().nullish(),
  model_path: z.string().nullish(),
  sampling_session_id: z.string().nullish(),
  seq_id: count.nullish(),
  prompt_logprobs: z.boolean().nullish(),
  topk_prompt_logprobs: count.default(0),
  type,
});

export const RetrieveFutureRequest = z.object({
  request_id: text,
  allow_metadata_only: z.boolean().optional(),
});

export const WeightsInfoRequest = z.object({ tinker_path: text });
export const TtlRequest = z.object({ ttl_seconds: z.number().int().positive().nullish() });
