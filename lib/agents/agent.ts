import type { ConversationTurn } from '@/lib/domain/conversation';
import type { ModelCall } from '@/lib/rl/merge-calls';
import type { Generation, InferenceService } from '@/lib/services/inference-service';
import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import type { AgentConfig } from './config/agent-config';
import type { AgentTool } from './tools/agent-tool';

/** An agent whose files were read and whose tools can be called. */
export type Agent = {
  readonly name: string;
  readonly config: AgentConfig;
  /** Template of the system prompt; null when there is none. */
  readonly systemPrompt: string | null;
  readonly tools: readonly AgentTool[];
  /** Called like tools, with a message; they answer with the same model and are not trained. */
  readonly subAgents: readonly { readonly description: string; readonly agent: Agent }[];
};

/** The model as agents see it. */
export type AgentModel = {
  readonly generate: InferenceService['generate'];
  readonly tokenizer: Tokenizer;
  /** Tokens of a prompt and its completion together that the model can hold; null = not known. */
  readonly contextTokens: number | null;
  readonly maxTokens: number;
  readonly stop: readonly string[];
};

export type AgentRequest = {
  readonly query: string;
  readonly temperature: number;
  readonly seed: number;
  /** Variables of the system prompt, beside the agent's own and the date. */
  readonly variables: Readonly<Record<string, unknown>>;
};

export type AgentEnd = 'answer' | 'stop_tool' | 'max_tokens' | 'max_iterations' | 'max_context_tokens';

/** A run of an agent. Tokens are those that the model read and produced, not a tokenization of the text. */
export type AgentRun = {
  /** `span` of the assistant's turns is still null: merging calls decides it. */
  readonly turns: readonly ConversationTurn[];
  /** One per turn of the assistant, in order. */
  readonly calls: readonly AgentCall[];
  readonly finalAnswer: string;
  readonly endedBy: AgentEnd;
  readonly counts: { readonly toolCalls: number; readonly toolErrors: number; readonly toolTimeouts: number };
};

/** A call of the model, and the place of its turn in the conversation. */
export type AgentCall = Omit<ModelCall, 'weightVersion' | 'isTrained'> &
  Pick<Generation, 'stopReason' | 'weightVersion'> & { readonly turn: number };
