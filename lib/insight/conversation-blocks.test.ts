import { expect, test } from 'vitest';
import type { ConversationTurn } from '@/lib/domain/conversation';
import { conversationBlocks, reasoningTokens, splitReasoning } from './conversation-blocks';

const call = (id: string, name = 'calc') => ({ id, name, arguments: '{}' });
const asks = (...ids: readonly string[]): ConversationTurn => ({
  role: 'assistant',
  content: '',
  toolCalls: ids.map((id) => call(id)),
  span: null,
});
const result = (toolCallId: string, content: string): ConversationTurn => ({
  role: 'tool',
  content,
  toolCallId,
  name: 'calc',
  outcome: 'ok',
});

test('results are joined to their calls, whatever their number; a call without one says so', () => {
  const blocks = conversationBlocks([
    { role: 'user', content: 'q' },
    asks('a', 'b', 'c'),
    result('a', '1'),
    result('b', '2'),
    asks(),
  ]);
  expect(blocks.map(({ turn, number }) => [number, turn.role])).toEqual([
    [1, 'user'],
    [2, 'assistant'],
    [3, 'assistant'],
  ]);
  expect(blocks[1]?.calls.map(({ result: said }) => said?.content ?? null)).toEqual(['1', '2', null]);
});

test('a result that nobody asked for stands alone', () => {
  expect(conversationBlocks([asks('a'), result('x', '?')]).map(({ turn }) => turn.role)).toEqual([
    'assistant',
    'tool',
  ]);
});

test("a sub-agent's turns lie below the call that began it, and its own sub-agent's below that", () => {
  const blocks = conversationBlocks([
    asks('a'),
    { role: 'user', content: 'help', agent: ['helper'] },
    { ...asks('x'), agent: ['helper'] },
    { role: 'user', content: 'deeper', agent: ['helper', 'second'] },
    { ...result('x', 'inner'), agent: ['helper'] },
    result('a', 'outer'),
  ]);
  expect(blocks).toHaveLength(1);
  const below = blocks[0]?.calls[0]?.below ?? [];
  const inner = conversationBlocks(below);
  expect(inner.map(({ turn }) => turn.role)).toEqual(['user', 'assistant']);
  expect(inner[1]?.calls[0]).toMatchObject({ result: { content: 'inner' }, below: [{ content: 'deeper' }] });
});

test.each([
  ['plain', null, 'plain'],
  ['<think>why\n</think>\n42', 'why', '42'],
  ['why</think>42', 'why', '42'],
  ['<think>on and on', 'on and on', ''],
])('reasoning of %j', (text, reasoning, answer) => {
  expect(splitReasoning(text)).toEqual({ reasoning, answer });
});

test('tokens of reasoning end with the one that closes it', () => {
  expect(reasoningTokens(['<th', 'ink>', 'a', '</thi', 'nk>', '42'])).toBe(5);
  expect(reasoningTokens(['4', '2'])).toBe(0);
  expect(reasoningTokens(['<think>', 'a'])).toBe(2);
});
