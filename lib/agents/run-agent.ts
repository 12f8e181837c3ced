import { assertNever } from '@/lib/shared/assert-never';
import type { ConversationTurn, ToolCall } from '@/lib/domain/conversation';
import { deriveSeed } from '@/lib/rl/seeded-random';
import type { ChatMessage } from '@/lib/tokenizers/tokenizer';
import type { Agent, AgentCall, AgentEnd, AgentModel, AgentRequest, AgentRun } from './agent';
import { renderSystemPrompt } from './config/system-prompt';
import { type Past, promptTokens, type ToolList } from './prompt-tokens';
import { describeTools, toolList } from './tool-list';
import { parseToolCalls } from './tool-calls/parse-tool-calls';
import type { CallAttempt } from './tool-calls/parsed-calls';
import type { ToolResult } from './tools/agent-tool';

type Counts = { toolCalls: number; toolErrors: number; toolTimeouts: number };

type Conversation = {
  readonly messages: ChatMessage[];
  readonly turns: ConversationTurn[];
  readonly calls: AgentCall[];
  readonly counts: Counts;
  past: Past | null;
};

/**
 * Lets the model and its tools talk until it answers, or a limit ends it. What a tool does wrong is told to the model and
 * counted; rejects only with what `generate` rejects with, or the signal's reason.
 */
export async function runAgent(
  { agent, model }: { readonly agent: Agent; readonly model: AgentModel },
  request: AgentRequest,
  signal: AbortSignal,
): Promise<AgentRun> {
  const talk = begin(agent, request);
  const tools = offeredTools(agent);
  for (let iteration = 0; iteration < agent.config.max_iterations; iteration++) {
    const prompt = promptTokens(model.tokenizer, talk.messages, { tools, past: talk.past });
    const room = roomFor(agent, model, prompt.length);
    if (room < 1) return finish(talk, lastAnswer(talk), 'max_context_tokens');
    const generation = await model.generate(
      {
        prompt: '',
        promptTokens: prompt,
        maxTokens: room,
        temperature: request.temperature,
        stop: model.stop,
        seed: deriveSeed(request.seed, 'turn', iteration),
      },
      signal,
    );
    const { content, calls } = parseToolCalls(generation.text, agent.config.tool_call_mode);
    remember(talk, generation, { content, calls });
    if (generation.stopReason !== 'stop') return finish(talk, content, 'max_tokens');
    if (calls.length === 0) return finish(talk, content, 'answer');
    const stopped = await answerCalls({ agent, model, request, talk }, calls, signal);
    if (stopped !== null) return finish(talk, stopped, 'stop_tool');
  }
  return finish(talk, lastAnswer(talk), 'max_iterations');
}

function begin(agent: Agent, { query, variables }: AgentRequest): Conversation {
  const system = systemText(agent, variables);
  const first: ConversationTurn[] = system === null ? [] : [{ role: 'system', content: system }];
  const turns: ConversationTurn[] = [...first, { role: 'user', content: query }];
  return {
    messages: turns.map(({ role, content }) => ({ role, content })),
    turns,
    calls: [],
    counts: { toolCalls: 0, toolErrors: 0, toolTimeouts: 0 },
    past: null,
  };
}

function systemText(agent: Agent, variables: Readonly<Record<string, unknown>>): string | null {
  const { context, tool_call_mode: mode, tools_in_prompt: isOffered } = agent.config;
  const listed = isOffered ? describeTools(agent, mode) : '';
  if (agent.systemPrompt === null) return listed === '' ? null : listed;
  const label = `system_prompt of ${agent.name}`;
  const text = renderSystemPrompt(agent.systemPrompt, { label, variables: { ...variables, ...context } });
  return listed === '' ? text : `${text}\n\n${listed}`;
}

/** Throws an `AppError` for a system prompt that cannot be filled with these variables; sub-agents' included. */
export function checkSystemPrompt(agent: Agent, variables: Readonly<Record<string, unknown>>): void {
  systemText(agent, variables);
  for (const sub of agent.subAgents) checkSystemPrompt(sub.agent, variables);
}

function offeredTools(agent: Agent): ToolList {
  const { tool_call_mode: mode, tools_in_prompt: isOffered } = agent.config;
  return isOffered && (mode === 'openai' || mode === 'hermes') ? toolList(agent) : null;
}

function roomFor({ config }: Agent, model: AgentModel, promptLength: number): number {
  const limits = [config.max_context_tokens, model.contextTokens].filter(
    (limit) => typeof limit === 'number',
  );
  const room = Math.min(...limits.map((limit) => limit - promptLength), Infinity);
  return Math.min(room, model.maxTokens, config.llm_config?.max_tokens ?? Infinity);
}

function remember(
  talk: Conversation,
  generation: Awaited<ReturnType<AgentModel['generate']>>,
  { content, calls }: { readonly content: string; readonly calls: readonly CallAttempt[] },
): void {
  const { promptTokens: prompt, tokens, logprobs, tokenTexts, weightVersion, stopReason } = generation;
  const turn = talk.turns.length;
  talk.calls.push({ promptTokens: prompt, tokens, logprobs, tokenTexts, weightVersion, stopReason, turn });
  const toolCalls = calls.map((call, index) => toolCall(call, `call-${turn}-${index}`));
  talk.turns.push({ role: 'assistant', content, toolCalls, span: null });
  talk.messages.push({ role: 'assistant', content: generation.text });
  talk.past = { tokens: [...prompt, ...tokens], messages: [...talk.messages] };
}

function toolCall(call: CallAttempt, id: string): ToolCall {
  if (!call.ok) return { id, name: '', arguments: call.text };
  return { id, name: call.name, arguments: JSON.stringify(call.arguments) };
}

type Scene = {
  readonly agent: Agent;
  readonly model: AgentModel;
  readonly request: AgentRequest;
  readonly talk: Conversation;
};

/** Calls what was asked for, side by side, and tells the results in the order of the calls. Gives a stop tool's result. */
async function answerCalls(
  scene: Scene,
  calls: readonly CallAttempt[],
  signal: AbortSignal,
): Promise<string | null> {
  const { agent, talk } = scene;
  const turn = talk.turns.length - 1;
  const results = await Promise.all(calls.map((call, index) => answerCall(scene, { call, index }, signal)));
  let stopped: string | null = null;
  for (const [index, result] of results.entries()) {
    const call = calls[index];
    const name = call?.ok === true ? call.name : '';
    count(talk.counts, result);
    talk.turns.push(...result.below);
    const toolCallId = `call-${turn}-${index}`;
    talk.turns.push({ role: 'tool', content: result.text, toolCallId, name, outcome: result.outcome });
    talk.messages.push(resultMessage(agent, { name, toolCallId, text: result.text }));
    if (result.outcome === 'ok' && agent.config.stop_tools.includes(name)) stopped ??= result.text;
  }
  return stopped;
}

async function answerCall(
  { agent, model, request }: Scene,
  { call, index }: { readonly call: CallAttempt; readonly index: number },
  signal: AbortSignal,
): Promise<Answer> {
  if (!call.ok) return failed(call.message);
  const tool = agent.tools.find(({ name }) => name === call.name);
  if (tool !== undefined) return { ...(await tool.call(call.arguments, signal)), below: [] };
  const sub = agent.subAgents.find(({ agent: { name } }) => name === call.name);
  if (sub === undefined) {
    const known = [...agent.tools, ...agent.subAgents.map(({ agent: each }) => each)].map(({ name }) => name);
    return failed(`there is no tool ${call.name}. There are: ${known.join(', ')}.`);
  }
  const { message } = call.arguments;
  if (typeof message !== 'string') return failed(`${call.name} needs a text as its argument message.`);
  const seed = deriveSeed(request.seed, 'sub_agent', index);
  const { finalAnswer, turns } = await runAgent(
    { agent: sub.agent, model },
    { ...request, query: message, seed },
    signal,
  );
  const below = turns.map((turn) => ({ ...turn, agent: [sub.agent.name, ...(turn.agent ?? [])] }));
  return { outcome: 'ok', text: finalAnswer, below };
}

/** What a call gave, and the turns of the sub-agent that it called. */
type Answer = ToolResult & { readonly below: readonly ConversationTurn[] };

function failed(reason: string): Answer {
  return { outcome: 'error', text: `Error: ${reason}`, below: [] };
}

function count(counts: Counts, { outcome }: ToolResult): void {
  counts.toolCalls += 1;
  switch (outcome) {
    case 'ok':
      return;
    case 'error':
      counts.toolErrors += 1;
      return;
    case 'timeout':
      counts.toolTimeouts += 1;
      return;
    default:
      assertNever(outcome);
  }
}

function resultMessage(
  { config }: Agent,
  result: { readonly name: string; readonly toolCallId: string; readonly text: string },
): ChatMessage {
  const { name, toolCallId, text } = result;
  // models that call tools in XML know no role for their results
  if (config.tool_call_mode !== 'xml') {
    return { role: 'tool', content: text, name, tool_call_id: toolCallId };
  }
  const content = `<tool_result>\n<tool_name>${name}</tool_name>\n<result>${text}</result>\n</tool_result>`;
  return { role: 'user', content };
}

function lastAnswer({ turns }: Conversation): string {
  const last = turns.findLast(({ role, agent }) => role === 'assistant' && agent === undefined);
  return last?.content ?? '';
}

function finish({ turns, calls, counts }: Conversation, finalAnswer: string, endedBy: AgentEnd): AgentRun {
  return { turns, calls, finalAnswer, endedBy, counts };
}
