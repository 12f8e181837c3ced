import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EmbeddedHost, startEmbeddedHost } from '@/lib/testing/embedded-host';
import { matching } from '@/lib/testing/matching';
import { makeWeightFolder } from '@/lib/testing/weight-folder';

const KEY = 'tml-test';
const ANY: unknown = expect.anything();
let host: EmbeddedHost;

beforeEach(async () => {
  host = await startEmbeddedHost({ tinker: { key: KEY, standIns: ['Qwen/Qwen3-8B'] }, idleMs: 1e12 });
});
afterEach(() => host.stop());

type Route = `${'GET' | 'POST'} /${string}`;

async function send(
  route: Route,
  body?: unknown,
  key: string | null = KEY,
): Promise<{ status: number; text: string; json: unknown }> {
  const [method = '', path = ''] = route.split(' ');
  const reply = await fetch(`http://127.0.0.1:${host.record.port}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return {
    status: reply.status,
    text,
    json: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : null,
  };
}

function outputIds(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'output_ids' in json ? json.output_ids : null;
}

const ids = [104, 105];
const params = { max_new_tokens: 4, temperature: 1, sampling_seed: 5 };

test('/generate answers as SGLang does', async () => {
  const reply = await send('POST /generate', {
    input_ids: ids,
    sampling_params: params,
    return_logprob: true,
    logprob_start_len: 0,
    rid: 'r1',
  });
  expect(reply).toMatchObject({
    status: 200,
    json: {
      output_ids: ANY,
      meta_info: {
        id: 'r1',
        finish_reason: { type: matching(/^(stop|length)$/) },
        prompt_tokens: 2,
        weight_version: 'default',
        input_token_logprobs: [
          [null, 104, null],
          [-105, 105, null],
        ],
        output_token_logprobs: ANY,
      },
    },
  });
  expect(await send('POST /generate', { text: 'hi', sampling_params: params })).toMatchObject({
    json: { output_ids: outputIds(reply.json) },
  });
});

test('/generate takes batches and several samples, and scores without sampling', async () => {
  const batch = await send('POST /generate', { input_ids: [ids, [97]], sampling_params: params });
  expect(batch.json).toHaveLength(2);
  const several = await send('POST /generate', { text: 'hi', sampling_params: { ...params, n: 3 } });
  expect(several.json).toHaveLength(3);
  const scored = await send('POST /generate', {
    input_ids: [7, 8],
    sampling_params: { max_new_tokens: 0 },
    return_logprob: true,
    logprob_start_len: 0,
  });
  expect(scored.json).toMatchObject({
    output_ids: [],
    meta_info: {
      input_token_logprobs: [
        [null, 7, null],
        [-8, 8, null],
      ],
    },
  });
  expect(host.calls.filter(({ name }) => name === 'sample').length).toBeLessThanOrEqual(2);
});

test('a stream ends with what it promised', async () => {
  const { text } = await send('POST /v1/completions', {
    prompt: ids,
    max_tokens: 4,
    stream: true,
    stream_options: { include_usage: true },
  });
  const events = text.trim().split('\n\n');
  expect(events.at(-1)).toBe('data: [DONE]');
  expect(events.at(-2)).toContain('"total_tokens"');
});

test('a request waits while generation is paused, and the abort of it is told', async () => {
  await send('POST /pause_generation', { mode: 'retract' });
  const waiting = send('POST /generate', { input_ids: ids, sampling_params: params, rid: 'r1' });
  await expect
    .poll(async () => (await send('GET /get_server_info')).json)
    .toMatchObject({ is_paused: true, num_running_reqs: 1 });
  expect((await send('GET /flush_cache')).status).toBe(400);
  await send('POST /abort_request', { rid: 'r1' });
  expect((await waiting).json).toMatchObject({
    output_ids: [],
    meta_info: { finish_reason: { type: 'abort' } },
  });
  const next = send('POST /generate', { input_ids: ids, sampling_params: params });
  await send('POST /continue_generation', {});
  expect((await next).json).toMatchObject({
    meta_info: { finish_reason: { type: matching(/^(stop|length)$/) } },
  });
  expect((await send('POST /flush_cache')).status).toBe(200);
});

test('weights are exchanged, and a folder that is none changes nothing', async () => {
  await makeWeightFolder(host.dataDir, 'weights/7', 42);
  const before = await send('POST /generate', { input_ids: ids, sampling_params: params });
  expect(
    await send('POST /update_weights_from_disk', { model_path: 'weights/none', weight_version: '6' }),
  ).toMatchObject({
    status: 400,
    json: { success: false, message: matching(/weights.none/) },
  });
  expect(
    await send('POST /update_weights_from_disk', { model_path: '/etc', weight_version: '6' }),
  ).toMatchObject({ status: 400, json: { success: false, message: matching(/outside/) } });
  expect((await send('GET /get_model_info')).json).toMatchObject({ weight_version: 'default' });
  expect(
    await send('POST /update_weights_from_disk', { model_path: 'weights/7', weight_version: '7' }),
  ).toMatchObject({ status: 200, json: { success: true, num_paused_requests: 0 } });
  const after = await send('POST /generate', { input_ids: ids, sampling_params: params });
  expect(after.json).toMatchObject({ meta_info: { weight_version: '7' } });
  expect(after.text).not.toBe(before.text);
});

test('servers by name have weights of their own', async () => {
  await makeWeightFolder(host.dataDir, 'weights', 42);
  await send('POST /servers/a/update_weights_from_disk', { model_path: 'weights', weight_version: '1' });
  expect((await send('GET /servers/a/get_model_info')).json).toMatchObject({ weight_version: '1' });
  expect((await send('GET /servers/b/get_model_info')).json).toMatchObject({ weight_version: 'default' });
  expect((await send('GET /servers/../get_model_info/x')).status).toBe(404);
});

test('a model that was dropped for its silence comes back with its weights', async () => {
  await makeWeightFolder(host.dataDir, 'weights', 42);
  await send('POST /update_weights_from_disk', { model_path: 'weights', weight_version: '1' });
  const before = await send('POST /v1/completions', {
    prompt: ids,
    max_tokens: 4,
    seed: 1,
    request_id: 'x',
  });
  host.setTime(10 * 60_000);
  await expect.poll(() => host.log.join('\n')).toContain('closed: no call for');
  const after = await send('POST /v1/completions', {
    prompt: ids,
    max_tokens: 4,
    seed: 1,
    request_id: 'x',
  });
  expect(Reflect.get(Object(after.json), 'choices')).toEqual(Reflect.get(Object(before.json), 'choices'));
});

test.each([
  {
    route: 'GET /v1/models',
    body: undefined,
    key: 'wrong',
    status: 401,
    error: { code: 'invalid_api_key', type: 'authentication_error' },
  },
  {
    route: 'POST /v1/completions',
    body: { prompt: 'a', model: 'x/y' },
    key: KEY,
    status: 404,
    error: { code: 'model_not_found' },
  },
  {
    route: 'POST /v1/completions',
    body: { prompt: 'a', top_p: 0.9 },
    key: KEY,
    status: 400,
    error: { param: 'top_p' },
  },
  {
    route: 'POST /v1/completions',
    body: { prompt: 'a', n: 0 },
    key: KEY,
    status: 400,
    error: { param: 'n' },
  },
  {
    route: 'POST /v1/chat/completions',
    body: { messages: [] },
    key: KEY,
    status: 400,
    error: { param: 'messages' },
  },
  { route: 'GET /v1/nothing', body: undefined, key: KEY, status: 404, error: { type: 'not_found_error' } },
] as const)('$route $body is refused as OpenAI words it', async ({ route, body, key, status, error }) => {
  expect(await send(route, body, key)).toMatchObject({
    status,
    json: { error: { message: ANY, ...error } },
  });
});

test('signs of life need no key, models are told under all their names', async () => {
  expect((await send('GET /health', undefined, null)).status).toBe(200);
  expect((await send('GET /v1/models')).json).toMatchObject({
    data: [
      { id: 'Qwen/Qwen3-8B' },
      { id: 'galley/embedded-small', tokenizer: 'galley/bytes' },
      { id: 'galley/embedded-tiny' },
      { id: 'galley/embedded-long' },
    ],
  });
  expect((await send('GET /v1/models/Qwen/Qwen3-8B')).json).toMatchObject({ id: 'Qwen/Qwen3-8B' });
});
