// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
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

test('a conversation shows who said what, the calls and what went wrong with them', () => {
  render(<TurnList body={aTrajectoryBody({ turns })} color="plain" />);
  expect(screen.getAllByRole('listitem')).toHaveLength(3);
  const answer = within(screen.getByLabelText('Turn 2, assistant'));
  answer.getByText('Let me see.');
  answer.getByText(/calculator\(\{"expression":"2\+3"\}\)/);
  within(screen.getByLabelText('Turn 3, tool')).getByText('time-out');
});

test('coloured by log-probability, a turn of the model shows its own tokens', () => {
  render(<TurnList body={aTrajectoryBody({ turns })} color="logprob" />);
  const tokens = within(screen.getByLabelText('Turn 2, assistant')).getByLabelText(
    /Tokens of the completion/,
  );
  expect(tokens.textContent).toBe('at');
});
