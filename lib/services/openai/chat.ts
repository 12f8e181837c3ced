import type { StopReason } from '@/lib/domain/trajectory';
import type { ChatMessage } from '@/lib/tokenizers/tokenizer';
import { ServiceError } from '../service-error';
import type { EndpointPool } from './endpoint-pool';
import { ChatReply } from './wire/openai-wire';

export type ChatRequest = {
  readonly messages: readonly ChatMessage[];
  /** Tools as JSON schemas, in the words of the OpenAI chat API. */
  readonly tools?: readonly Readonly<Record<string, unknown>>[];
  readonly maxTokens: number;
  readonly temperature: number;
  readonly stop?: readonly string[];
  readonly seed?: number | null;
};

export type ChatToolCall = {
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it: it may be broken. */
  readonly arguments: string;
};

export type ChatAnswer = {
  readonly content: string;
  /** What the model thought, where the server tells it from the answer; null = nothing of the kind. */
  readonly reasoning: string | null;
  readonly toolCalls: readonly ChatToolCall[];
  readonly stopReason: StopReason;
  /** Null where the server does not count. */
  readonly usage: { readonly promptTokens: number; readonly completionTokens: number } | null;
};

/** Conversations by text, which the server puts into its model's own template. Not for training: no tokens come back. */
export type Chat = {
  complete(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer>;
};

export function createChat(pool: EndpointPool, { model }: { readonly model: string | null }): Chat {
  return {
    async complete(request, signal) {
      const { messages, tools = [], maxTokens, temperature, stop = [], seed = null } = request;
      const body = {
        ...(model === null ? {} : { model }),
        messages,
        max_tokens: maxTokens,
        temperature,
        stream: false,
        ...(tools.length === 0 ? {} : { tools, tool_choice: 'auto' }),
        ...(stop.length === 0 ? {} : { stop }),
        ...(seed === null ? {} : { seed }),
      };
      const call = {
        operation: 'chat',
        method: 'POST',
        path: '/v1/chat/completions',
        body,
        schema: ChatReply,
      } as const;
      const place = { operation: 'chat', prefix: null, signal };
      return answerOf(await pool.call(({ requester }, each) => requester.send(call, each), place));
    },
  };
}

function answerOf({ choices, usage }: ChatReply): ChatAnswer {
  const [choice] = choices;
  if (choice === undefined) throw new ServiceError('protocol', 'chat gave no choice');
  const { content, reasoning, reasoning_content: thought, tool_calls: calls } = choice.message;
  return {
    content: content ?? '',
    reasoning: thought ?? reasoning ?? null,
    toolCalls: (calls ?? []).map(({ id, function: { name, arguments: text } }, index) => ({
      id: id ?? `call-${index}`,
      name,
      arguments: text ?? '',
    })),
    stopReason: stopReasonOf(choice.finish_reason),
    usage:
      usage == null
        ? null
        : { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens ?? 0 },
  };
}

const ENDS: ReadonlyMap<string, StopReason> = new Map([
  ['stop', 'stop'],
  ['tool_calls', 'stop'],
  ['function_call', 'stop'],
  ['length', 'length'],
  ['abort', 'aborted'],
]);

/** content_filter, and whatever servers invent, is an error: the answer is not what the model would have said. */
function stopReasonOf(reason: string | null | undefined): StopReason {
  return ENDS.get(reason ?? '') ?? 'error';
}
