import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type EmbeddedHost, startEmbeddedHost } from '@/lib/testing/embedded-host';

let host: EmbeddedHost;
let sampler = '';
beforeAll(async () => {
  host = await startEmbeddedHost();
  const { session_id } = z
    .object({ session_id: z.string() })
    .parse(await post('create_session', { sdk_version: '0' }));
  const body = { session_id, sampling_session_seq_id: 0, base_model: 'galley/embedded-tiny' };
  const opened = await post('create_sampling_session', body);
  sampler = z.object({ sampling_session_id: z.string() }).parse(opened).sampling_session_id;
});
afterAll(() => host.stop());

async function post(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${host.record.port}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'x-api-key': `tml-${host.record.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

const Submitted = z.object({ request_id: z.string() });
const Failed = z.object({ category: z.string(), error: z.string() });

async function sample(tokens: readonly number[], over: object = {}): Promise<unknown> {
  const submitted = await post('asample', {
    sampling_session_id: sampler,
    prompt: { chunks: [{ type: 'encoded_text', tokens }] },
    sampling_params: { max_tokens: 1, seed: 1 },
    prompt_logprobs: true,
    ...over,
  });
  const found = Submitted.safeParse(submitted);
  return found.success ? post('retrieve_future', { request_id: found.data.request_id }) : submitted;
}

test.each([
  { what: 'is too long', tokens: Array.from({ length: 500 }, () => 1), said: /holds 64/ },
  { what: 'has a token that does not exist', tokens: [1, 9999], said: /9999/ },
  { what: 'has a negative token', tokens: [-1, 1], said: /-1/ },
  { what: 'is empty', tokens: [], said: /empty prompt/ },
])('a prompt that $what is refused alone', async ({ tokens, said }) => {
  const [good, bad] = await Promise.all([sample([7, 8, 9]), sample(tokens)]);
  expect(good).toMatchObject({ prompt_logprobs: [null, -8, -9] });
  const { category, error } = Failed.parse(bad);
  expect(category).toBe('user');
  expect(error).toMatch(said);
});

test.each([{ num_samples: 1_000_000 }, { topk_prompt_logprobs: 1_000_000 }])(
  'more than a model can give is refused: %o',
  async (over) => {
    const { category, error } = Failed.parse(await sample([1, 2], over));
    expect(category).toBe('user');
    expect(error).toContain(Object.keys(over)[0]);
  },
);
