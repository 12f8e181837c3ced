import { z } from 'zod';

// SGLang's own API, as its source has it (sgl-project/sglang, python/sglang/srt/entrypoints/http_server.py and
// managers/io_struct.py around v0.5.4) and newer builds answer.

/** Read in a plain loop afterwards; see `read-numbers.ts`. */
const Rows = z.custom<readonly unknown[]>((value) => Array.isArray(value), 'expected an array');

/** `type` is `stop`, `length` or `abort`; an abort may carry the status and words of an error. */
const FinishReason = z.object({
  type: z.string(),
  message: z.string().nullish(),
  status_code: z.number().nullish(),
});

export const GenerateReply = z.object({
  meta_info: z.object({
    finish_reason: FinishReason.nullish(),
    weight_version: z.union([z.string(), z.number().transform(String)]).nullish(),
    /** `[log-probability, token id, text or null]` per token. */
    output_token_logprobs: Rows.nullish(),
    input_token_logprobs: Rows.nullish(),
  }),
});
export type GenerateReply = z.infer<typeof GenerateReply>;

export const ModelInfoReply = z.object({
  model_path: z.string().nullish(),
  tokenizer_path: z.string().nullish(),
  weight_version: z.union([z.string(), z.number().transform(String)]).nullish(),
});

export const UpdateWeightsReply = z.object({ success: z.boolean(), message: z.string().nullish() });

/** The router's list of workers (sgl-model-gateway); older routers give plain addresses at `/list_workers`. */
export const WorkersReply = z.object({ workers: z.array(z.object({ url: z.string() })) });
export const ListWorkersReply = z.object({ urls: z.array(z.string()) });
