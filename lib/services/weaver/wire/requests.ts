import { z } from 'zod';
import { ModelInputJson } from '@/lib/services/tinker/wire/model-input';
import { AdamParams as TinkerAdam, LoraConfig, SamplingParams } from '@/lib/services/tinker/wire/requests';

// Bodies that Weaver's clients send (SDK nex-weaver 1.2 to 1.19). Unknown keys are ignored.

const text = z.string().min(1);
const seqId = z.number().int().nonnegative();
const ttl = { ttl_seconds: z.number().int().positive().nullish() };

export const CreateSessionRequest = z.object({
  tags: z.array(z.string()).nullish(),
  user_metadata: z.record(z.string(), z.unknown()).nullish(),
  sdk_version: z.string().nullish(),
});

export const CreateModelRequest = z.object({
  model_seq_id: seqId,
  base_model: text,
  training_mode: z.enum(['lora', 'full_ft']).nullish(),
  lora_config: LoraConfig.nullish(),
  user_metadata: z.record(z.string(), z.unknown()).nullish(),
});

/** Lists of numbers, as long as the input; without a shape. */
export const TensorJson = z.object({
  data: z.array(z.number().nullable()),
  dtype: z.enum(['float32', 'float64', 'int32', 'int64']),
});

const Datum = z.object({
  model_input: ModelInputJson,
  loss_fn_inputs: z.record(z.string(), TensorJson),
});
export const PassInput = z.object({
  loss_fn: z.string(),
  data: z.array(Datum),
  loss_fn_config: z.record(z.string(), z.unknown()).nullish(),
});
export type PassInput = z.infer<typeof PassInput>;

const Addressed = { model_id: text, seq_id: seqId.nullish() };
export const ForwardBackwardRequest = z.object({
  payload: z.object({ ...Addressed, forward_backward_input: PassInput }),
});
export const ForwardRequest = z.object({ payload: z.object({ ...Addressed, forward_input: PassInput }) });
export const OptimizerRequest = z.object({ payload: z.object({ ...Addressed, adam_params: TinkerAdam }) });

export const ExportRequest = z.object({ seq_id: seqId.nullish(), path: z.string().nullish(), ...ttl });

export const SaveRequest = z.object({
  type: z.enum(['weight', 'weight_and_optimizer', 'sampling']).default('weight'),
  name: z.string().nullish(),
  ...ttl,
});
export const LoadRequest = z.object({ path: text, include_optimizer: z.boolean().default(false) });
export const TtlRequest = z.object({ path: text, ...ttl });

export const SamplingSessionRequest = z.object({
  sampling_session_seq_id: seqId.nullish(),
  base_model: z.string().nullish(),
  model_path: z.string().nullish(),
  model_id: z.string().nullish(),
});

export const SampleRequest = z.object({
  prompt: ModelInputJson,
  sampling_params: SamplingParams.extend({
    stop: z.array(z.string()).nullish(),
    stop_token_ids: z.array(z.number().int()).nullish(),
  }),
  num_samples: z.number().int().positive().default(1),
  prompt_logprobs: z.boolean().default(false),
  topk_prompt_logprobs: z.number().int().nonnegative().default(0),
});
export const LogprobsRequest = z.object({ prompt: ModelInputJson });
