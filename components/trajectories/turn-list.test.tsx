// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import type { ConversationTurn } from '@/lib/domain/conversation';
import { aTrajectoryBody } from '@/lib/testing/builders';
import { TurnList } from './turn-list';

afterEach(cleanup);

const turns: ConversationTurn[] = [
  { role: 'user', content: '2+3?' },
  {
    role: 'assistant',
    content: 'Let me see.',
    toolCalls: [{ id: 'call-0', name: 'calculator', arguments: '{"expression":"2+3"}' }],
    span: { sequence: 0, start: 1, end: 3 },
  },
  { role: 'tool', content: 'took too long', toolCallId: 'call-0', name: 'calculator', outcome: 'timeout' },
];

const sequences = aTrajectoryBody().sequences;

test('a conversation shows who said what, each call with its arguments, its result and what went wrong', () => {
  render(<TurnList turns={turns} sequences={sequences} color="plain" />);
  const answer = within(screen.getByLabelText('Turn 2, assistant'));
  answer.getByText('Let me see.');
  answer.getByText('2 tokens');
  const call = within(answer.getByRole('region', { name: 'Call of calculator' }));
  call.getByText('{"expression":"2+3"}');
  call.getByText('time-out');
  call.getByText('took too long');
});

test('coloured by log-probability, a turn of the model shows its own tokens', () => {
  render(<TurnList turns={turns} sequences={sequences} color="logprob" />);
  const tokens = within(screen.getByLabelText('Turn 2, assistant')).getByLabelText(
    /Tokens of the completion/,
  );
  expect(tokens.textContent).toBe('at');
});

test('a turn that is left out of training says so', () => {
  const [sequence] = sequences;
  const masked = sequence === undefined ? [] : [{ ...sequence, lossMask: [0, 0, 0] }];
  render(<TurnList turns={turns} sequences={masked} color="mask" />);
  screen.getByText('not trained on');
});

test('reasoning is folded, with its size', () => {
  const thought: ConversationTurn = {
    role: 'assistant',
    content: '<think>2 and 3 make 5</think>5',
    toolCalls: [],
    span: null,
  };
  render(<TurnList turns={[thought]} sequences={[]} color="plain" />);
  expect(screen.getByText('Reasoning, 14 characters').closest('details')?.open).toBe(false);
  screen.getByText('5');
});

test('a long result is shown from its beginning, and whole on request', async () => {
  const long = Array.from({ length: 400 }, (_, line) => `line ${line}`).join('\n');
  const said = turns.map((turn) => (turn.role === 'tool' ? { ...turn, content: long } : turn));
  render(<TurnList turns={said} sequences={sequences} color="plain" />);
  expect(screen.queryByText(/line 399/)).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: /Show all 400 lines/ }));
  screen.getByText(/line 399/);
});

test("a sub-agent's own turns lie folded below the call", () => {
  const below: ConversationTurn[] = [{ role: 'user', content: 'help me', agent: ['calculator'] }];
  const [first, second, third] = turns;
  if (!first || !second || !third) throw new Error('three turns');
  render(<TurnList turns={[first, second, ...below, third]} sequences={sequences} color="plain" />);
  screen.getByText('What calculator did, 1 turn, not trained on');
  screen.getByLabelText('Turn 1 of calculator, user');
});
