import { expect, test } from 'vitest';
import { boxedAnswer } from './boxed-answer';
import { mathMatch } from './math-match';

type Options = { readonly isTruncated?: boolean } & Record<string, unknown>;

const score = async (
  response: string,
  data: Record<string, unknown>,
  { isTruncated = false, ...args }: Options = {},
) => (await mathMatch(args).evaluate(data, { finalAnswer: response, isTruncated })).reward;

test('the last box counts, with braces inside', () => {
  expect(boxedAnswer('so \\boxed{1}, no: \\boxed{\\frac{1}{2}}.')).toBe('\\frac{1}{2}');
  expect(boxedAnswer('\\boxed{\\left\\{1,2\\right\\}}')).toBe('\\left\\{1,2\\right\\}');
  expect(boxedAnswer('\\boxed{\\text{a {b} c}}')).toBe('\\text{a {b} c}');
  expect([boxedAnswer('\\boxed{1'), boxedAnswer('\\boxed 5'), boxedAnswer('5')]).toEqual([null, null, null]);
});

test('right 1, boxed and wrong 0.1, no box 0, cut 0', async () => {
  const data = { reward_model: { ground_truth: '\\frac{1}{2}' } };
  expect(await score('\\boxed{0.5}', data)).toBe(1);
  expect(await score('\\boxed{0.6}', data)).toBe(0.1);
  expect(await score('0.5', data)).toBe(0);
  expect(await score('\\boxed{0.5}', data, { isTruncated: true })).toBe(0);
  expect(await score('\\boxed{0.5}', data, { isTruncated: true, zero_if_truncated: false })).toBe(1);
  expect(await score('\\boxed{0.6}', data, { reward_boxed: 0 })).toBe(0);
});

test('what is thought is not answered', async () => {
  const data = { ground_truth: '4' };
  expect(await score('<think>\\boxed{4}</think> \\boxed{4}', data)).toBe(1);
  expect(await score('<think>\\boxed{4}</think> five', data)).toBe(0);
  expect(await score('<think>\\boxed{4}', data)).toBe(0);
  expect(await score('<think>a</think>\\boxed{5}</think>\\boxed{4}', data)).toBe(0.1);
  expect(await score('thinking</think>\\boxed{4}', { ...data, prompt: 'Q <think>' })).toBe(1);
  expect(await score('\\boxed{4}', { ...data, prompt: [{ role: 'user', content: 'Q <think>' }] })).toBe(0);
});

test('one of several right answers will do, and a solution stands for its box', async () => {
  expect(await score('\\boxed{2}', { answer: ['1', '2'] })).toBe(1);
  expect(await score('\\boxed{2}', { answer: 'Since 1+1, \\boxed{2}.' })).toBe(1);
  expect(await score('\\boxed{2}', { answer: 2 })).toBe(1);
  await expect(score('\\boxed{2}', { answer: '\\boxed{2' })).rejects.toThrow('never closes');
  await expect(score('\\boxed{2}', { question: '1+1' })).rejects.toThrow('It has question');
});
