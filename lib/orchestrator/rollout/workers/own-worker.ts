import { z } from 'zod';
import type { AgentCall } from '@/lib/agents/agent';
import { type Past, promptTokens } from '@/lib/agents/prompt-tokens';
import { runAgent } from '@/lib/agents/run-agent';
import { parseToolCalls } from '@/lib/agents/tool-calls/parse-tool-calls';
import type { ConversationTurn, ToolCall } from '@/lib/domain/conversation';
import { deriveSeed } from '@/lib/rl/seeded-random';
import type { Generation } from '@/lib/services/inference-service';
import type { ChatMessage } from '@/lib/tokenizers/tokenizer';
import { episodeOfCalls } from '../episode-of-calls';
import type { RolloutTask } from '../rollout';
import { type AgentWorkerOptions, episodeCall, infoOf, variablesOf } from './agent-worker';
import { RolloutError, type RolloutWorker } from './worker';

const Sampling = {
  temperature: z.number().nonnegative().optional(),
  max_tokens: z.number().int().positive().optional(),
};
const GenerateAsk = z.object({
  messages: z.array(z.looseObject({ role: z.string(), content: z.string().nullish() })).min(1),
  /** In the words of the OpenAI chat API; then calls are read from the answer. */
  tools: z.array(z.record(z.string(), z.unknown())).nullish(),
  /** False: the answer is no part of the rollout, as a sub-agent's. */
  is_trained: z.boolean().default(true),
  ...Sampling,
});
const CompletionAsk = z.object({ prompt: z.string(), ...Sampling });
const RunAgentAsk = z.object({ query: z.string() });

export type OwnWorkerOptions = Omit<AgentWorkerOptions, 'agent'> & {
  /** The recipe's agent, if it names one; for `run_agent` of the host. */
  readonly agent: AgentWorkerOptions['agent'] | null;
};

/** A worker whose `run_agent` is the recipe's own code. Every call of the model goes through here, so tokens are exact. */
export function createOwnWorker(options: OwnWorkerOptions): RolloutWorker {
  const { hooks } = options;
  const run = hooks.runAgent;
  if (run === undefined) throw new Error('The worker has no run_agent of its own.');
  return {
    run: async (task, signal) => {
      const recorder = new Recorder(options, task);
      const output = await run(task.data, (...ask) => recorder.answer(...ask), signal);
      const mask = await hooks.trainLossMask?.(recorder.calls.map(infoOf), signal);
      const calls = recorder.calls.map((call, index) =>
        episodeCall(call, mask?.[index] ?? true, options.versionOf),
      );
      const { finalAnswer, evaluation } = output;
      return episodeOfCalls(
        {
          calls,
          turns: recorder.turns,
          finalAnswer,
          isUnfinished: false,
          counts: recorder.counts,
          evaluation: evaluation ? { ok: true, ...evaluation } : null,
        },
        options,
      );
    },
    close: () => Promise.resolve(),
  };
}

type ReadCalls = { readonly content: string; readonly toolCalls: readonly ToolCall[] };
const NO_CALLS: ReadCalls = { content: '', toolCalls: [] };

/** Answers what one call of `run_agent` asks for, and keeps what the model read and wrote. */
class Recorder {
  readonly calls: AgentCall[] = [];
  readonly turns: ConversationTurn[] = [];
  readonly counts = { toolCalls: 0, toolErrors: 0, toolTimeouts: 0 };
  readonly #options: OwnWorkerOptions;
  readonly #task: RolloutTask;
  readonly #pasts: Past[] = [];
  /** What the model wrote, word for word, by the first call that was read from it. */
  readonly #written = new Map<string, string>();
  #asked = 0;

  constructor(options: OwnWorkerOptions, task: RolloutTask) {
    this.#options = options;
    this.#task = task;
  }

  async answer(name: string, payload: unknown, signal: AbortSignal): Promise<unknown> {
    switch (name) {
      case 'generate':
        return this.#generate(GenerateAsk.parse(payload), signal);
      case 'completion':
        return this.#completion(CompletionAsk.parse(payload), signal);
      case 'run_agent':
        return this.#runAgent(RunAgentAsk.parse(payload), signal);
      default:
        throw new RolloutError(
          `The run does not know "${name}"; it answers generate, completion and run_agent.`,
        );
    }
  }

  async #generate(ask: z.infer<typeof GenerateAsk>, signal: AbortSignal): Promise<unknown> {
    const { tokenizer } = this.#options.model;
    const messages = ask.messages.map((message) => this.#asWritten(message));
    const tools = ask.tools ?? null;
    const past = this.#pastOf(messages);
    const tokens = promptTokens(tokenizer, messages, { tools, past });
    const generation = await this.#sample({ prompt: '', promptTokens: tokens }, ask, signal);
    const read = tools === null ? NO_CALLS : this.#readCalls(generation);
    const answer = { role: 'assistant', content: generation.text };
    if (ask.is_trained) {
      for (const message of messages.slice(past?.messages.length ?? 0)) this.turns.push(turnOf(message));
      this.#keep(generation, read);
    }
    this.#pasts.push({
      tokens: [...generation.promptTokens, ...generation.tokens],
      messages: [...messages, answer],
    });
    return answerOf(generation, { message: messageOf(generation.text, read) });
  }

  /** A message as the model read or wrote it; what it wrote comes back with its calls taken out. */
  #asWritten(message: z.infer<typeof GenerateAsk>['messages'][number]): ChatMessage {
    const calls = z.array(z.looseObject({ id: z.string() })).safeParse(message['tool_calls']);
    const written = this.#written.get(calls.data?.[0]?.id ?? '');
    if (written !== undefined) return { role: 'assistant', content: written };
    return { ...message, content: message.content ?? '' };
  }

  #readCalls({ text }: Generation): ReadCalls {
    const { content, calls } = parseToolCalls(text, 'hermes');
    const toolCalls = calls.flatMap((call, index) =>
      call.ok
        ? [{ id: `call-${this.#asked}-${index}`, name: call.name, arguments: JSON.stringify(call.arguments) }]
        : [],
    );
    const [first] = toolCalls;
    if (first !== undefined) this.#written.set(first.id, text);
    this.counts.toolCalls += calls.length;
    this.counts.toolErrors += calls.length - toolCalls.length;
    return { content, toolCalls };
  }

  async #completion(ask: z.infer<typeof CompletionAsk>, signal: AbortSignal): Promise<unknown> {
    const generation = await this.#sample({ prompt: ask.prompt }, ask, signal);
    this.turns.push({ role: 'user', content: ask.prompt });
    this.#keep(generation, NO_CALLS);
    return answerOf(generation, { text: generation.text });
  }

  async #runAgent({ query }: z.infer<typeof RunAgentAsk>, signal: AbortSignal): Promise<unknown> {
    const { agent, model, today } = this.#options;
    if (agent === null) {
      throw new RolloutError(
        'The worker asks for the agent, and rollout_worker.nexau_agent_config_path names none.',
      );
    }
    const request = {
      query,
      temperature: this.#task.temperature,
      seed: this.#nextSeed(),
      variables: variablesOf(this.#task, today()),
    };
    const run = await runAgent({ agent, model }, request, signal);
    const offset = this.turns.length;
    this.turns.push(...run.turns);
    this.calls.push(...run.calls.map((call) => ({ ...call, turn: call.turn + offset })));
    for (const name of ['toolCalls', 'toolErrors', 'toolTimeouts'] as const)
      this.counts[name] += run.counts[name];
    const own = run.turns.filter(({ agent: sub }) => sub === undefined);
    const observation = own.map(({ role, content }) => ({ role, content }));
    return { finalAnswer: run.finalAnswer, observation, trajectory: run.calls.map(infoOf) };
  }

  #sample(
    prompt: { readonly prompt: string; readonly promptTokens?: readonly number[] },
    ask: { readonly temperature?: number | undefined; readonly max_tokens?: number | undefined },
    signal: AbortSignal,
  ): Promise<Generation> {
    const { model } = this.#options;
    return model.generate(
      {
        ...prompt,
        maxTokens: Math.min(ask.max_tokens ?? Infinity, model.maxTokens),
        temperature: ask.temperature ?? this.#task.temperature,
        stop: model.stop,
        seed: this.#nextSeed(),
      },
      signal,
    );
  }

  #nextSeed(): number {
    return deriveSeed(this.#task.seed, 'turn', this.#asked++);
  }

  #keep(generation: Generation, { content, toolCalls }: ReadCalls): void {
    const { stopReason, weightVersion, tokens, logprobs, tokenTexts, promptTokens: prompt } = generation;
    const turn = this.turns.length;
    const said = toolCalls.length === 0 ? generation.text : content;
    this.turns.push({ role: 'assistant', content: said, toolCalls: [...toolCalls], span: null });
    this.calls.push({ promptTokens: prompt, tokens, logprobs, tokenTexts, stopReason, weightVersion, turn });
  }

  /** The longest earlier conversation that these messages continue, word for word. */
  #pastOf(messages: readonly ChatMessage[]): Past | null {
    const continued = this.#pasts.filter((past) =>
      past.messages.every(({ role, content }, index) => {
        const message = messages[index];
        return message?.role === role && message.content === content;
      }),
    );
    return continued.reduce<Past | null>(
      (best, past) => (best === null || past.messages.length > best.messages.length ? past : best),
      null,
    );
  }
}

function turnOf({ role, content, name, tool_call_id: id }: ChatMessage): ConversationTurn {
  const text = typeof content === 'string' ? content : '';
  if (role === 'system') return { role, content: text };
  if (role === 'assistant') return { role, content: text, toolCalls: [], span: null };
  if (role === 'tool') {
    return { role, content: text, toolCallId: word(id), name: word(name), outcome: 'ok' };
  }
  return { role: 'user', content: text };
}

/** The answer in the words of the OpenAI chat API. */
function messageOf(text: string, { content, toolCalls }: ReadCalls): Readonly<Record<string, unknown>> {
  if (toolCalls.length === 0) return { role: 'assistant', content: text };
  const calls = toolCalls.map(({ id, name, arguments: args }) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  }));
  return { role: 'assistant', content, tool_calls: calls };
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** In the form of OpenAI's API, with what training needs beside it, as the reference framework's clients answer. */
function answerOf(generation: Generation, choice: Readonly<Record<string, unknown>>): unknown {
  const { text, stopReason, promptTokens: prompt, tokens, logprobs } = generation;
  return {
    choices: [{ index: 0, ...choice, finish_reason: stopReason }],
    nexrl_train: {
      prompt_tokens: prompt,
      response_tokens: tokens,
      response_logprobs: logprobs,
      response: text,
      finish_reason: stopReason,
    },
  };
}
