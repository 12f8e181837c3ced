import { expect, test } from 'vitest';
import { byteTokenizer } from './byte-tokenizer';
import { complete, type CompletionRequest } from './completions';
import type { Sample, SampleRequest } from './model/learner';

const request: CompletionRequest = { prompt: 'ab', maxTokens: 100, temperature: 1, stop: [], seed: 7 };

/** Runs one request against a sampler that answers `text` (with the end token if asked). */
async function answer(change: Partial<CompletionRequest>, text: string, ended = false) {
  const asked: SampleRequest[] = [];
  const tokens = Int32Array.from(byteTokenizer.encode(text, { appendEnd: ended }));
  const sample: Sample = {
    tokens,
    logprobs: Float32Array.from(tokens, (_, index) => -index),
    stopReason: ended ? 'stop' : 'length',
  };
  const model = { tokenizer: byteTokenizer, context: 16 };
  const [outcome] = await complete([{ ...request, ...change }], model, (requests) => {
    asked.push(...requests);
    return Promise.resolve([sample]);
  });
  if (outcome?.ok !== true) throw new Error('expected a completion');
  return { asked: asked[0], ...outcome.value };
}

test('the end token belongs to the tokens, not to the text', async () => {
  const { text, tokens, stopReason } = await answer({}, 'xy', true);
  expect({ text, stopReason, tokens: [...tokens] }).toEqual({
    text: 'xy',
    stopReason: 'stop',
    tokens: [120, 121, 257],
  });
});

test('what may be generated ends where the context ends', async () => {
  expect((await answer({}, 'x')).asked?.maxTokens).toBe(14);
  expect((await answer({ maxTokens: 3 }, 'x')).asked?.maxTokens).toBe(3);
});

test('an empty prompt starts from the begin token', async () => {
  const { asked, promptTokens } = await answer({ prompt: '' }, 'x');
  expect(asked?.prompt).toEqual([byteTokenizer.beginToken]);
  expect(promptTokens).toEqual([byteTokenizer.beginToken]);
});

test('a stop string of one token is given to the sampler and left out of the text', async () => {
  const { asked, text, stopReason } = await answer({ stop: ['\n'] }, 'xy\n');
  expect(asked?.stopTokens).toEqual([byteTokenizer.endToken, 10]);
  expect({ text, stopReason }).toEqual({ text: 'xy', stopReason: 'stop' });
});

test('a longer stop string cuts tokens and logprobs behind it, and the text before it', async () => {
  const { text, tokens, logprobs, stopReason } = await answer({ stop: ['END', 'zz'] }, 'xyENDmore zz');
  expect({ text, stopReason }).toEqual({ text: 'xy', stopReason: 'stop' });
  expect(byteTokenizer.decode([...tokens])).toBe('xyEND');
  expect([...logprobs]).toEqual([-0, -1, -2, -3, -4]);
});

test('without a stop string in it the completion is whole', async () => {
  const { text, stopReason } = await answer({ stop: ['END'] }, 'xyEN');
  expect({ text, stopReason }).toEqual({ text: 'xyEN', stopReason: 'length' });
});

test('a prompt that fills the context fails alone, with what to do', async () => {
  const asked: SampleRequest[] = [];
  const drawn: Sample = { tokens: Int32Array.of(120), logprobs: Float32Array.of(-1), stopReason: 'length' };
  const outcomes = await complete(
    [request, { ...request, prompt: 'x'.repeat(16) }, request],
    { tokenizer: byteTokenizer, context: 16 },
    (requests) => {
      asked.push(...requests);
      return Promise.resolve(requests.map(() => drawn));
    },
  );
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
  expect(outcomes[1]).toMatchObject({ code: 'prompt_too_long' });
  expect(outcomes[1]).toHaveProperty('message', expect.stringMatching(/16 tokens.*context/));
  expect(asked).toHaveLength(2);
});

test('a prompt of token ids is taken as it is, special tokens included, and stop tokens go to the sampler', async () => {
  const { asked, promptTokens } = await answer({ promptTokens: [97, 257, 98], stopTokens: [10] }, 'x');
  expect(asked?.prompt).toEqual([97, 257, 98]);
  expect(promptTokens).toEqual([97, 257, 98]);
  expect(asked?.stopTokens).toEqual([byteTokenizer.endToken, 10]);
});

test('a token that the vocabulary does not have fails alone, with its number', async () => {
  const model = { tokenizer: byteTokenizer, context: 16 };
  const [outcome] = await complete([{ ...request, promptTokens: [9999] }], model, () => Promise.resolve([]));
  expect(outcome).toMatchObject({ ok: false, code: 'unknown_token' });
  expect(outcome).toHaveProperty('message', expect.stringContaining('9999'));
});
