import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';
import { type EmbeddedHost, startEmbeddedHost } from '@/lib/testing/embedded-host';
import { type Fault, type FaultyProxy, startFaultyProxy } from '@/lib/testing/faulty-proxy';
import { matching } from '@/lib/testing/matching';
import { makeWeightFolder } from '@/lib/testing/weight-folder';
import { ServiceError } from '../service-error';
import { connectOpenAi, type OpenAiBackend, type OpenAiOptions } from './connect-openai';

// The client against the embedded service's OpenAI and SGLang API, with a proxy between them that does what networks do.

const never = new AbortController().signal;
const KEY = 'tml-test';
const ASK = { prompt: 'hi', maxTokens: 6, temperature: 1, stop: [], seed: 5 } as const;

let hosts: EmbeddedHost[] = [];
let proxies: FaultyProxy[] = [];
let host: EmbeddedHost;
let proxy: FaultyProxy;
const closers: (() => Promise<void>)[] = [];
const pauses: number[] = [];
const messages: string[] = [];
let time = 0;

beforeEach(async () => {
  pauses.length = 0;
  messages.length = 0;
  ({ host, proxy } = await addServer());
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await Promise.all(proxies.map((each) => each.close()));
  await Promise.all(hosts.map((each) => each.stop()));
  proxies = [];
  hosts = [];
});

async function addServer(): Promise<{ host: EmbeddedHost; proxy: FaultyProxy }> {
  const started = await startEmbeddedHost({ tinker: { key: KEY } });
  const before = await startFaultyProxy(started.record.port);
  hosts.push(started);
  proxies.push(before);
  return { host: started, proxy: before };
}

function connect(backend: OpenAiBackend, over: Partial<OpenAiOptions> = {}) {
  const client = connectOpenAi({
    backend,
    addresses: proxies.map(({ baseUrl }) => baseUrl),
    apiKey: KEY,
    model: 'galley/embedded-small',
    loadTokenizer: () => Promise.reject(new Error('the servers read bytes')),
    timeoutMs: 400,
    watchEveryMs: 5,
    random: () => 1,
    now: () => (time += 1),
    sleep: (ms) => {
      pauses.push(ms);
      time += ms;
      return Promise.resolve();
    },
    onMessage: (message) => messages.push(message),
    ...over,
  });
  closers.push(() => client.inference.close());
  return client;
}

const PATH = { sglang: '/generate', vllm: '/v1/completions' } as const;

describe.each(['sglang', 'vllm'] as const)('%s', (backend) => {
  test('gives exact tokens with their log-probabilities and texts', async () => {
    const { inference } = connect(backend);
    const generation = await inference.generate(ASK, never);
    expect(generation.promptTokens).toEqual([104, 105]);
    expect(generation.tokens.length).toBeGreaterThan(0);
    // the fake learner's log-probability of a token is a thousandth of it, below zero
    generation.logprobs.forEach((logprob, at) =>
      expect(logprob).toBeCloseTo(-(generation.tokens[at] ?? 0) / 1000, 5),
    );
    expect(generation.tokenTexts).toHaveLength(2 + generation.tokens.length);
    expect(generation.text).toBe(byteTokenizer.decode(generation.tokens));
    expect(await inference.generate(ASK, never)).toEqual(generation);
  });

  test('continues token by token, ends at stop tokens, and cuts the text at stop strings', async () => {
    const { inference } = connect(backend);
    const whole = await inference.generate({ ...ASK, maxTokens: 8 }, never);
    const [first = 0, second = 0] = whole.tokens;
    const stopped = await inference.generate({ ...ASK, maxTokens: 8, stopTokens: [second] }, never);
    expect(stopped).toMatchObject({ tokens: [first, second], stopReason: 'stop' });
    const cut = await inference.generate(
      { ...ASK, maxTokens: 8, stop: [byteTokenizer.decode([second])] },
      never,
    );
    expect(cut.text).toBe(byteTokenizer.decode([first]));
    const given = await inference.generate({ ...ASK, prompt: '', promptTokens: [1, 2, 3] }, never);
    expect(given.promptTokens).toEqual([1, 2, 3]);
  });

  test('scores what it is given', async () => {
    const { inference } = connect(backend);
    expect(await inference.logprobs([7, 8, 9], never)).toEqual(Float32Array.of(0, -8, -9));
    expect(await inference.encode(['a', ''], { appendEnd: true }, never)).toEqual([[97, 257], [257]]);
  });

  test('samples from weights that were loaded, under their version', async () => {
    const { inference } = connect(backend);
    const before = await inference.generate(ASK, never);
    expect(before.weightVersion).toBe(0);
    const path = await makeWeightFolder(host.dataDir, 'sync', 42);
    await inference.loadWeights({ path, version: 3 }, never);
    const after = await inference.generate(ASK, never);
    expect(after.weightVersion).toBe(3);
    expect(after.tokens).not.toEqual(before.tokens);
  });

  const HARMLESS: readonly (readonly [string, readonly Fault[]])[] = [
    ['a refused connection', [{ kind: 'refuse' }]],
    ['a request that hangs', [{ kind: 'hang' }]],
    ['an answer that is lost', [{ kind: 'lose-answer' }]],
    ['half an answer', [{ kind: 'half-answer' }]],
    ['a request that arrives twice', [{ kind: 'twice' }]],
    ['a burst of 500s', [1, 2, 3].map(() => ({ kind: 'answer', status: 500, body: '' }) as const)],
    [
      'a limit',
      [
        {
          kind: 'answer',
          status: 429,
          body: '{"error":{"message":"slow down"}}',
          headers: { 'retry-after': '7' },
        },
      ],
    ],
  ];

  test.each(HARMLESS)('%s changes nothing', async (_, faults) => {
    const { inference } = connect(backend);
    const undisturbed = await inference.generate(ASK, never);
    proxy.plan(PATH[backend], ...faults);
    expect(await inference.generate(ASK, never)).toEqual(undisturbed);
  });

  test('a limit is waited for as long as the server asks', async () => {
    const { inference } = connect(backend);
    await inference.generate(ASK, never);
    pauses.length = 0;
    proxy.plan(PATH[backend], { kind: 'answer', status: 429, body: '{}', headers: { 'retry-after': '7' } });
    await inference.generate(ASK, never);
    expect(pauses[0]).toBe(7000);
  });

  test('what does not pass says service, operation and attempts', async () => {
    const { inference } = connect(backend, { maxAttempts: 3 });
    await inference.generate(ASK, never);
    const faults = [1, 2, 3].map(() => ({ kind: 'answer', status: 500, body: 'out of memory' }) as const);
    proxy.plan(PATH[backend], ...faults);
    const failure = await inference.generate(ASK, never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ServiceError);
    const name = backend === 'sglang' ? 'SGLang' : 'vLLM';
    expect(failure).toHaveProperty(
      'message',
      `${name} at ${proxy.baseUrl}: generate was refused (HTTP 500): out of memory (after 3 attempts)`,
    );
  });

  test.each([['{"meta_info":{"finish_reason":null},"choices":[]}'], ['<html>']])(
    'an answer of another form (%s) is told, and not asked for again',
    async (body) => {
      const { inference } = connect(backend);
      await inference.generate(ASK, never);
      proxy.plan(PATH[backend], { kind: 'answer', status: 200, body });
      const asked = () => proxy.seen.filter((path) => path === PATH[backend]).length;
      const before = asked();
      await expect(inference.generate(ASK, never)).rejects.toMatchObject({ kind: 'protocol' });
      expect(asked() - before).toBe(1);
    },
  );

  test('a server that nobody runs is refused, with the operation', async () => {
    const { inference } = connect(backend, { maxAttempts: 2 });
    await inference.generate(ASK, never);
    await proxy.close();
    const failure = await inference.generate(ASK, never).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'refused', retryable: true });
    expect(failure).toHaveProperty('message', expect.stringMatching(/generate.*\(after 2 attempts\)$/));
  });

  test('a server that starts anew gets the weights before it is asked', async () => {
    const { inference } = connect(backend);
    const path = await makeWeightFolder(host.dataDir, 'sync', 42);
    await inference.loadWeights({ path, version: 3 }, never);
    const before = await inference.generate(ASK, never);
    await host.end();
    const again = await startEmbeddedHost({ tinker: { key: KEY }, dataDir: host.dataDir });
    hosts = [again];
    proxy.pointAt(again.record.port);
    time += 60_000;
    expect(await inference.generate(ASK, never)).toEqual(before);
  });

  test('names the model that is not served', async () => {
    const { inference } = connect(backend, { model: 'Qwen/Qwen3-8B' });
    expect(await inference.health(never)).toMatchObject({
      ok: false,
      detail: matching(/does not serve Qwen.Qwen3-8B; it serves galley.embedded-small/),
    });
    expect(await connect(backend).inference.health(never)).toMatchObject({
      ok: true,
      model: 'galley/embedded-small',
    });
  });
});

test('giving up is told to the server', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const stop = new AbortController();
  const busy = await startEmbeddedHost({
    tinker: { key: KEY },
    onCall: async ({ name }) => {
      if (name !== 'sample') return;
      stop.abort(new Error('the run stops'));
      await held;
    },
  });
  hosts.push(busy);
  const before = await startFaultyProxy(busy.record.port);
  proxies.push(before);
  const { inference } = connect('sglang', { addresses: [before.baseUrl], timeoutMs: 60_000 });
  await expect(inference.generate(ASK, stop.signal)).rejects.toThrow('the run stops');
  await expect.poll(() => before.seen).toContain('/abort_request');
  release();
});

test('requests go to all servers, and to the others when one is gone', async () => {
  const other = await addServer();
  const { inference } = connect('sglang', { timeoutMs: 60_000 });
  const many = () =>
    Promise.all(Array.from({ length: 40 }, (_, seed) => inference.generate({ ...ASK, seed }, never)));
  const before = await many();
  for (const { seen } of proxies) {
    expect(seen.filter((path) => path === '/generate').length).toBeGreaterThan(10);
  }
  await other.host.end();
  expect(await many()).toEqual(before);
});

test('a server that was away when weights came is said, left out, and loaded when it is back', async () => {
  const other = await addServer();
  const folders = await Promise.all(hosts.map(({ dataDir }) => makeWeightFolder(dataDir, 'sync', 42)));
  // both servers read the same path, as from a shared disk
  const shared = 'sync';
  expect(folders).toHaveLength(2);
  const { inference } = connect('sglang', { timeoutMs: 60_000 });
  await inference.loadWeights({ path: shared, version: 1 }, never);
  const before = await inference.generate(ASK, never);
  await other.host.end();
  await inference.loadWeights({ path: shared, version: 2 }, never);
  expect(messages.join()).toContain(
    `loadWeights: version 2 (sync) reached 1 of 2 servers; not ${other.proxy.baseUrl}`,
  );
  expect((await inference.generate(ASK, never)).tokens).toEqual(before.tokens);
  const again = await startEmbeddedHost({ tinker: { key: KEY }, dataDir: other.host.dataDir });
  hosts = [host, again];
  other.proxy.pointAt(again.record.port);
  await expect
    .poll(() => other.proxy.seen.filter((path) => path === '/update_weights_from_disk').length)
    .toBe(2);
});

test('weights that reach no server are an error', async () => {
  const { inference } = connect('sglang');
  await expect(inference.loadWeights({ path: 'missing', version: 1 }, never)).rejects.toThrow(
    /SGLang: loadWeights: version 1 \(missing\) reached 0 of 1 servers; not http.*could not read/i,
  );
  await host.end();
  await expect(inference.loadWeights({ path: 'missing', version: 1 }, never)).rejects.toMatchObject({
    kind: 'refused',
    retryable: true,
  });
});

test('a server without calls for weights says what to change', async () => {
  const { inference } = connect('openai');
  expect((await inference.generate(ASK, never)).tokens.length).toBeGreaterThan(0);
  await expect(inference.loadWeights({ path: 'x', version: 1 }, never)).rejects.toThrow(
    /backend to sglang or vllm/,
  );
});

test('behind a router every worker gets the weights, and a router without workers is an error', async () => {
  const other = await addServer();
  for (const { dataDir } of hosts) await makeWeightFolder(dataDir, 'sync', 42);
  const workers = proxies.map(({ baseUrl }) => ({ url: baseUrl, is_healthy: true }));
  const router = await startFaultyProxy(host.record.port);
  proxies.push(router);
  const list = (urls: readonly object[]): Fault => ({
    kind: 'answer',
    status: 200,
    body: JSON.stringify({ workers: urls, total: urls.length }),
  });
  router.plan('/workers', list(workers), list([]));
  const { inference } = connect('sglang', { addresses: [router.baseUrl], timeoutMs: 60_000 });
  await inference.loadWeights({ path: 'sync', version: 1 }, never);
  for (const { seen } of [proxy, other.proxy]) expect(seen).toContain('/update_weights_from_disk');
  expect(router.seen).not.toContain('/update_weights_from_disk');
  await expect(inference.loadWeights({ path: 'sync', version: 2 }, never)).rejects.toThrow(
    /reached no server/,
  );
});

test('an answer that was cut for new weights goes on where it was, under the older version', async () => {
  const { inference } = connect('sglang');
  const cut = {
    text: 'ab',
    output_ids: [97, 98],
    meta_info: {
      finish_reason: { type: 'abort', message: 'Aborted' },
      weight_version: 'default',
      output_token_logprobs: [
        [-0.5, 97, null],
        [-0.25, 98, null],
      ],
    },
  };
  await inference.encode(['x'], { appendEnd: false }, never);
  proxy.plan('/generate', { kind: 'answer', status: 200, body: JSON.stringify(cut) });
  const generation = await inference.generate(ASK, never);
  expect(generation.tokens.slice(0, 2)).toEqual([97, 98]);
  expect(generation.logprobs.slice(0, 2)).toEqual([-0.5, -0.25]);
  const rest = await inference.generate({ ...ASK, promptTokens: [104, 105, 97, 98], maxTokens: 4 }, never);
  expect(generation.tokens.slice(2)).toEqual(rest.tokens);
});

test('chat gives content, and says why it ended', async () => {
  const { chat } = connect('sglang');
  const answer = await chat.complete(
    { messages: [{ role: 'user', content: 'hi' }], maxTokens: 4, temperature: 1, seed: 1 },
    never,
  );
  expect(answer).toMatchObject({ toolCalls: [], reasoning: null, usage: { promptTokens: 2 } });
  expect(['stop', 'length']).toContain(answer.stopReason);
  proxy.plan('/v1/chat/completions', {
    kind: 'answer',
    status: 200,
    body: JSON.stringify({
      choices: [
        {
          message: {
            content: null,
            reasoning_content: 'Hm.',
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":1' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
    }),
  });
  expect(
    await chat.complete({ messages: [{ role: 'user', content: 'hi' }], maxTokens: 4, temperature: 1 }, never),
  ).toEqual({
    content: '',
    reasoning: 'Hm.',
    toolCalls: [{ id: 'c1', name: 'add', arguments: '{"a":1' }],
    stopReason: 'stop',
    usage: null,
  });
});
