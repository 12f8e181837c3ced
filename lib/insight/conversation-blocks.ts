import type { ConversationTurn, ToolCall } from '@/lib/domain/conversation';

type ToolTurn = Extract<ConversationTurn, { role: 'tool' }>;

/** A call with what came of it, and what a sub-agent did for it. */
export type CallBlock = {
  readonly call: ToolCall;
  /** Null when the conversation ended before there was one. */
  readonly result: ToolTurn | null;
  /** Turns of the sub-agent that was called; empty for tools. */
  readonly below: readonly ConversationTurn[];
};

export type TurnBlock = {
  readonly turn: ConversationTurn;
  /** 1-based among the turns that are shown as such. */
  readonly number: number;
  /** Of a turn of the model, in the order in which it wrote them. */
  readonly calls: readonly CallBlock[];
};

/** A conversation with every result joined to the call that it answers. */
export function conversationBlocks(turns: readonly ConversationTurn[]): readonly TurnBlock[] {
  const blocks: { turn: ConversationTurn; number: number; calls: CallBlock[] }[] = [];
  let below: ConversationTurn[] = [];
  for (const turn of turns) {
    if (turn.agent !== undefined) {
      below.push(turn);
      continue;
    }
    const block = turn.role === 'tool' ? blocks.at(-1) : undefined;
    const place = block?.calls.findIndex(({ call }) => turn.role === 'tool' && call.id === turn.toolCallId);
    const asked = place === undefined ? undefined : block?.calls[place];
    if (turn.role === 'tool' && block !== undefined && place !== undefined && asked !== undefined) {
      block.calls[place] = { ...asked, result: turn, below: below.map(fromWithin) };
    } else {
      const calls = turn.role === 'assistant' ? turn.toolCalls : [];
      const number = blocks.length + 1;
      blocks.push({ turn, number, calls: calls.map((call) => ({ call, result: null, below: [] })) });
    }
    below = [];
  }
  return blocks;
}

/** A sub-agent's turn as that agent itself sees it. */
function fromWithin(turn: ConversationTurn): ConversationTurn {
  const [, ...deeper] = turn.agent ?? [];
  const { agent, ...own } = turn;
  return deeper.length === 0 || agent === undefined ? own : { ...own, agent: deeper };
}

export type Reasoned = {
  /** What stands before `</think>`, without the marks; null when the text has none. */
  readonly reasoning: string | null;
  readonly answer: string;
};

const OPEN = /^\s*<think>/;
const CLOSE = '</think>';

/** What a model thought, apart from what it said. A prompt may have opened `<think>` already. */
export function splitReasoning(text: string): Reasoned {
  const close = text.indexOf(CLOSE);
  if (close < 0 && !OPEN.test(text)) return { reasoning: null, answer: text };
  const end = close < 0 ? text.length : close;
  const reasoning = text.slice(0, end).replace(OPEN, '').trim();
  return { reasoning, answer: text.slice(end + (close < 0 ? 0 : CLOSE.length)).trimStart() };
}

/** How many tokens, from the first, are reasoning and its closing mark; 0 without one. */
export function reasoningTokens(texts: readonly string[]): number {
  const text = texts.join('');
  if (splitReasoning(text).reasoning === null) return 0;
  const close = text.indexOf(CLOSE);
  if (close < 0) return texts.length;
  let read = 0;
  // a search after each token would read a long thought thousands of times
  return 1 + texts.findIndex((token) => (read += token.length) >= close + CLOSE.length);
}
