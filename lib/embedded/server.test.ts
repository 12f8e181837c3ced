import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NATIVE_VERSION } from '@/lib/services/embedded/native-wire';
import { packRaggedInts } from '@/lib/services/embedded/packed';
import { startEmbeddedHost, type EmbeddedHost } from '@/lib/testing/embedded-host';

let host: EmbeddedHost;
let modelId = '';
beforeAll(async () => {
  host = await startEmbeddedHost();
  const opened = await ask('POST', '/native/v1/models', { body: open });
  modelId = String(opened.json['id']);
});
afterAll(async () => {
  await host.stop();
});

const shape = { modelWidth: 16, layers: 1, heads: 2, context: 16 };
const open = { name: 'run-1', shape, seed: 1, threads: null };

type Answer = { status: number; json: Record<string, unknown>; code: unknown; message: string };
type Ask = { body?: unknown; text?: string; headers?: Record<string, string> };

function ask(method: string, path: string, { body, text, headers }: Ask = {}): Promise<Answer> {
  const payload = text ?? (body === undefined ? '' : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: '127.0.0.1',
      port: host.record.port,
      method,
      path,
      headers: {
        authorization: `Bearer ${host.record.token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(payload),
        ...headers,
      },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let received = '';
      response.on('data', (chunk: Buffer) => (received += chunk.toString()));
      response.on('end', () => resolve(answerOf(response.statusCode ?? 0, received)));
    });
    request.end(payload);
  });
}

function answerOf(status: number, text: string): Answer {
  const json = recordOf(JSON.parse(text));
  const error = recordOf(json['error'] ?? {});
  return { status, json, code: error['code'], message: String(error['message']) };
}

function recordOf(value: unknown): Record<string, unknown> {
  if (value === null || typeof value !== 'object') throw new Error(`not an object: ${String(value)}`);
  return Object.fromEntries(Object.entries(value));
}

test('health tells version, process and models', async () => {
  const { status, json } = await ask('GET', '/native/v1/health');
  expect(status).toBe(200);
  expect(json).toMatchObject({
    version: NATIVE_VERSION,
    pid: process.pid,
    models: [{ name: 'run-1', queued: 0 }],
  });
});

test.each([
  ['no token', ''],
  ['a wrong token', 'Bearer 0123456789012345678901234567890123456789012'],
  ['the token without its scheme', 'token'],
])('%s is refused, and the answer does not hold the right one', async (_, authorization) => {
  const header = authorization === 'token' ? host.record.token : authorization;
  const answer = await ask('GET', '/native/v1/health', { headers: { authorization: header } });
  expect(answer).toMatchObject({ status: 401, code: 'unauthorized' });
  expect(JSON.stringify(answer)).not.toContain(host.record.token);
});

test.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '192.168.0.7'])(
  'a request that names the host %s is refused, even with the token',
  async (name) => {
    const answer = await ask('GET', '/native/v1/health', { headers: { host: name } });
    expect(answer).toMatchObject({ status: 403, code: 'forbidden_host' });
  },
);

test.each(['localhost', '127.0.0.1:9', '[::1]:1'])('the loopback name %s is let in', async (name) => {
  expect((await ask('GET', '/native/v1/health', { headers: { host: name } })).status).toBe(200);
});

type Refused = Ask & { what: string; status: number; says: RegExp };
const narrow = { ...open, shape: { ...shape, modelWidth: 20 } };
const refusedOpens: Refused[] = [
  { what: 'a broken body', text: '{"name":', status: 400, says: /not JSON/ },
  {
    what: 'another type',
    text: 'x',
    headers: { 'content-type': 'text/plain' },
    status: 415,
    says: /application.json/,
  },
  { what: 'a missing field', body: { name: 'run-2', shape, threads: null }, status: 400, says: /seed/ },
  { what: 'an empty body', status: 400, says: /not usable/ },
  { what: 'a name with a slash', body: { ...open, name: '../x' }, status: 400, says: /model name/ },
  { what: 'a width that is no multiple of 8', body: narrow, status: 400, says: /modelWidth/ },
];
test.each(refusedOpens)(
  'opening with $what is refused with what is wrong',
  async ({ status, says, ...request }) => {
    const answer = await ask('POST', '/native/v1/models', request);
    expect(answer).toMatchObject({ status });
    expect(answer.message).toMatch(says);
  },
);

const sample = { prompt: 'ab', maxTokens: 4, temperature: 1, stop: [], seed: 1 };
const loss = { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 };
const optimizer = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, gradClip: 1 };
const floats = (count: number): string => Buffer.from(new Float32Array(count).buffer).toString('base64');

function batchOf(rows: readonly number[][], change: Record<string, unknown> = {}): Record<string, unknown> {
  const { lengths, values } = packRaggedInts(rows);
  const columns = { weights: floats(rows.flat().length), logprobs: null, advantages: null };
  return { lengths, tokens: values, ...columns, ...change };
}

test.each([
  ['sample', { requests: [] }, /requests/],
  ['sample', { requests: [{ ...sample, temperature: -1 }] }, /temperature/],
  ['sample', { requests: [{ ...sample, stop: [''] }] }, /stop/],
  ['sample', { requests: 'all' }, /requests/],
  ['encode', { texts: [5], appendEnd: true }, /texts/],
  ['train-step', { operationId: 'a', batch: {}, loss, optimizer }, /batch/],
  ['train-step', { operationId: 'a', batch: batchOf([[1]], { tokens: '!!!!' }), loss, optimizer }, /base64/],
  [
    'train-step',
    { operationId: 'a', batch: batchOf([[1]], { weights: floats(2) }), loss, optimizer },
    /lengths/,
  ],
  ['train-step', { operationId: 'a', batch: batchOf([[259]]), loss, optimizer }, /vocabulary/],
  [
    'train-step',
    { operationId: 'a', batch: batchOf([new Array<number>(17).fill(1)]), loss, optimizer },
    /17 tokens/,
  ],
  ['train-step', { operationId: 'a', batch: batchOf([]), loss, optimizer }, /empty/],
  [
    'train-step',
    { operationId: 'a', batch: batchOf([[1]]), loss: { ...loss, kind: 'magic' }, optimizer },
    /loss/,
  ],
  [
    'train-step',
    { operationId: 'a', batch: batchOf([[1, 2]]), loss: { ...loss, kind: 'importance_sampling' }, optimizer },
    /no logprobs/,
  ],
])('%s %j is refused with what is wrong, and no learner sees it', async (operation, body, message) => {
  const before = host.calls.length;
  const answer = await ask('POST', `/native/v1/models/${modelId}/${operation}`, { body });
  expect(answer).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(answer.message).toMatch(message);
  expect(host.calls.slice(before)).toEqual([]);
});

test('saving to a place outside of the data folder is refused', async () => {
  const answer = await ask('POST', `/native/v1/models/${modelId}/save-state`, {
    body: { path: '../outside' },
  });
  expect(answer).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(answer.message).toContain('outside of the data directory');
});

test('an announced and an unannounced body beyond the limit are refused', async () => {
  const small = await startEmbeddedHost({ maxBodyBytes: 2000 });
  const send = (chunked: boolean): Promise<number> =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify({ texts: ['x'.repeat(5000)] });
      const request = http.request({
        host: '127.0.0.1',
        port: small.record.port,
        method: 'POST',
        path: '/native/v1/models',
        headers: {
          authorization: `Bearer ${small.record.token}`,
          'content-type': 'application/json',
          ...(chunked ? {} : { 'content-length': text.length }),
        },
      });
      request.on('error', reject);
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.end(text);
    });
  expect(await send(false)).toBe(413);
  expect(await send(true)).toBe(413);
  await small.stop();
});

test.each([
  ['GET', '/native/v1/nothing'],
  ['GET', '/native/v1/models'],
  ['POST', '/native/v1/models/x/y/z'],
  ['POST', '/native/v1/models/%zz/sample'],
])('%s %s is not found', async (method, path) => {
  expect(await ask(method, path)).toMatchObject({ status: 404, code: 'not_found' });
});

test.each(['/', '/native/v2/health'])(
  'what no protocol has is refused as OpenAI clients understand it: %s',
  async (path) => {
    expect(await ask('GET', path)).toMatchObject({ status: 404, code: null });
  },
);

test('an unknown model says how to get one, an unknown operation that there is none', async () => {
  const unknown = await ask('POST', '/native/v1/models/run-9.abc/sample', { body: { requests: [sample] } });
  expect(unknown).toMatchObject({ status: 404, code: 'no_model' });
  expect(unknown.message).toContain('Open it again');
  expect(await ask('POST', `/native/v1/models/${modelId}/fly`, { body: {} })).toMatchObject({
    code: 'not_found',
  });
});

test('the service does not end while it holds models, unless forced', async () => {
  const other = await startEmbeddedHost();
  const end = (force: boolean): Promise<Answer> => {
    const kept = host;
    host = other;
    const answer = ask('POST', '/native/v1/shutdown', { body: { force } });
    host = kept;
    return answer;
  };
  const kept = host;
  host = other;
  await ask('POST', '/native/v1/models', { body: open });
  host = kept;
  expect(await end(false)).toMatchObject({ status: 409, code: 'in_use' });
  expect(await end(true)).toMatchObject({ status: 200 });
  await other.stop();
  expect(other.log.join('\n')).toContain('ending: told to end');
});
