import type { AgentModel } from '@/lib/agents/agent';
import type { GenerateRequest } from '@/lib/services/inference-service';
import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';

/** A model of bytes that says its lines in turn, and keeps what it was asked. */
export function scriptedModel(
  lines: readonly string[],
  changes: Partial<AgentModel> = {},
): {
  readonly model: AgentModel;
  readonly asked: GenerateRequest[];
  readonly prompts: () => readonly string[];
} {
  const asked: GenerateRequest[] = [];
  const model: AgentModel = {
    generate: (request) => {
      const text = lines[asked.length] ?? 'nothing more to say';
      asked.push(request);
      const promptTokens = request.promptTokens ?? byteTokenizer.encode(request.prompt);
      const end = byteTokenizer.eosTokenIds.slice(0, 1);
      const whole = [...byteTokenizer.encode(text), ...end];
      const tokens = whole.slice(0, request.maxTokens);
      return Promise.resolve({
        promptTokens,
        tokens,
        logprobs: tokens.map((_, index) => -(index + 1)),
        tokenTexts: [...promptTokens, ...tokens].map((token) => byteTokenizer.decode([token])),
        text: byteTokenizer.decode(tokens),
        stopReason: tokens.length < whole.length ? 'length' : 'stop',
        weightVersion: asked.length,
      });
    },
    tokenizer: byteTokenizer,
    contextTokens: null,
    maxTokens: 1000,
    stop: [],
    ...changes,
  };
  const prompts = (): readonly string[] =>
    asked.map(({ promptTokens = [] }) => byteTokenizer.decode(promptTokens, { skipSpecialTokens: false }));
  return { model, asked, prompts };
}
