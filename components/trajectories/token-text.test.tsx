// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { TokenText } from './token-text';

afterEach(cleanup);

test('hostile text stays text', () => {
  const text = '<img src=x onerror=alert(1)>\u202E';
  const { container } = render(
    <TokenText tokens={[1]} texts={[text]} logprobs={[-0.1]} lossMask={[1]} color="logprob" />,
  );
  expect(container.querySelector('img')).toBeNull();
  expect(screen.getByText('<img src=x onerror=alert(1)>⟨U+202E⟩')).toBeTruthy();
});

test('arrow keys read token by token', async () => {
  render(
    <TokenText tokens={[97, 98]} texts={['a', 'b']} logprobs={[-0.5, 0]} lossMask={[1, 0]} color="logprob" />,
  );
  screen.getByRole('group').focus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}');
  expect(
    screen.getByText(/token 2 of 2 · “b” · id 98 · 0 nats · 100 % likely · not trained on/),
  ).toBeTruthy();
});

test('a very long completion is drawn in part, and whole on demand', async () => {
  const texts = Array.from({ length: 5000 }, (_, index) => `t${index} `);
  const zeros = texts.map(() => 0);
  render(<TokenText tokens={zeros} texts={texts} logprobs={zeros} lossMask={zeros} color="mask" />);
  expect(screen.queryByText('t4999')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Show all 5000 tokens' }));
  expect(screen.getByText('t4999')).toBeTruthy();
});
