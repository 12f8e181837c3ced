import { z } from 'zod';

// OpenAI's API with what vLLM adds to it, as vLLM's source has it (vllm-project/vllm, vllm/entrypoints/openai/completion and
// chat_completion) and the openai client's types name it.

/** Read in a plain loop afterwards; see `read-numbers.ts`. */
const Rows = z.custom<readonly unknown[]>((value) => Array.isArray(value), 'expected an array');

export const CompletionReply = z.object({
  choices: z
    .array(
      z.object({
        text: z.string().nullish(),
        finish_reason: z.string().nullish(),
        logprobs: z.object({ tokens: Rows.nullish(), token_logprobs: Rows.nullish() }).nullish(),
        /** vLLM, with `return_token_ids`. */
        token_ids: Rows.nullish(),
        /** vLLM, with `prompt_logprobs`: null, then `{ "<token id>": { logprob } }` per token. */
        prompt_logprobs: Rows.nullish(),
      }),
    )
    .min(1),
});
export type CompletionChoice = z.infer<typeof CompletionReply>['choices'][number];

const ToolCall = z.object({
  id: z.string().nullish(),
  function: z.object({ name: z.string(), arguments: z.string().nullish() }),
});

const ChatMessage = z.object({
  content: z.string().nullish(),
  /** SGLang and vLLM before 0.12; later vLLM says `reasoning`. */
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  tool_calls: z.array(ToolCall).nullish(),
});

export const ChatReply = z.object({
  choices: z.array(z.object({ message: ChatMessage, finish_reason: z.string().nullish() })).min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number().nullish() }).nullish(),
});
export type ChatReply = z.infer<typeof ChatReply>;

/** `tokenizer` is the embedded service's word for what it reads with. */
export const ModelsReply = z.object({
  data: z.array(z.object({ id: z.string(), root: z.string().nullish(), tokenizer: z.string().nullish() })),
});
export type ModelsReply = z.infer<typeof ModelsReply>;

export const WeightInfoReply = z.object({
  weight_version: z.union([z.string(), z.number().transform(String)]).nullish(),
});
export const ResetCacheReply = z.object({ success: z.boolean().nullish() }).nullish().catch(null);
