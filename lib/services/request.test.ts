import http from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createRequester, type Requester, type RequesterOptions } from './request';
import { ServiceError } from './service-error';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

type Handler = (request: http.IncomingMessage, response: http.ServerResponse, body: string) => void;

async function serve(handler: Handler): Promise<string> {
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => handler(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/base/`;
}

function connect(
  baseUrl: string,
  options: Partial<RequesterOptions> = {},
): { requester: Requester; pauses: number[] } {
  const pauses: number[] = [];
  const sleep = async (ms: number): Promise<void> => {
    pauses.push(ms);
    return Promise.resolve();
  };
  const requester = createRequester({ service: 'test service', baseUrl, sleep, random: () => 1, ...options });
  cleanUps.push(() => requester.close());
  return { requester, pauses };
}

const never = new AbortController().signal;
const Reply = z.object({ seen: z.string() });
const call = {
  operation: 'ask',
  method: 'POST',
  path: '/ask',
  body: { question: 1 },
  schema: Reply,
} as const;

test('sends JSON below the base address with the headers, and parses the reply', async () => {
  const base = await serve((request, response, body) => {
    response.end(
      JSON.stringify({ seen: `${request.method} ${request.url} ${request.headers.authorization} ${body}` }),
    );
  });
  const { requester } = connect(base, { headers: { authorization: 'Bearer x' } });
  expect(await requester.send(call, never)).toEqual({ seen: 'POST /base/ask Bearer x {"question":1}' });
});

test('a busy server is asked again after growing pauses, and told apart from a refusal', async () => {
  let count = 0;
  const base = await serve((_, response) => {
    count += 1;
    response.statusCode = count < 4 ? 503 : 200;
    response.end(JSON.stringify({ seen: 'at last' }));
  });
  const { requester, pauses } = connect(base);
  expect(await requester.send(call, never)).toEqual({ seen: 'at last' });
  expect(pauses).toEqual([100, 200, 400]);
});

test('the server may say how long to wait', async () => {
  let count = 0;
  const base = await serve((_, response) => {
    count += 1;
    if (count === 1) response.writeHead(429, { 'retry-after': '7' });
    response.end(JSON.stringify({ seen: '' }));
  });
  const { requester, pauses } = connect(base);
  await requester.send(call, never);
  expect(pauses).toEqual([7000]);
});

test.each([
  [{ 'retry-after-ms': '250' }, 250],
  [{ 'retry-after': '1.5' }, 1500],
  [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
  [{ 'retry-after': 'soon' }, 100],
  [{ 'retry-after': '999999' }, 100],
])('%j is a wait of %d ms', async (headers, wait) => {
  let count = 0;
  const base = await serve((_, response) => {
    count += 1;
    if (count === 1) response.writeHead(503, headers);
    response.end(JSON.stringify({ seen: '' }));
  });
  const { requester, pauses } = connect(base);
  await requester.send(call, never);
  expect(pauses).toEqual([wait]);
});

test('a refusal is not repeated and carries the words of the server', async () => {
  const base = await serve((_, response) => {
    response.writeHead(400);
    response.end(JSON.stringify({ error: { code: 'bad', message: 'Too many tokens' } }));
  });
  const { requester, pauses } = connect(base);
  const failure = await requester.send(call, never).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ServiceError);
  expect(failure).toMatchObject({ kind: 'rejected', retryable: false });
  expect(failure).toHaveProperty('message', 'test service: ask was refused (HTTP 400): Too many tokens');
  expect(pauses).toEqual([]);
});

test('a reply of another form is a protocol error that says where it differs', async () => {
  const base = await serve((_, response) => response.end(JSON.stringify({ seen: 5 })));
  const { requester } = connect(base);
  await expect(requester.send(call, never)).rejects.toMatchObject({ kind: 'protocol' });
  await expect(requester.send(call, never)).rejects.toThrow(/at seen/);
});

test('a reply that is not JSON is a protocol error', async () => {
  const base = await serve((_, response) => response.end('<html>'));
  await expect(connect(base).requester.send(call, never)).rejects.toMatchObject({ kind: 'protocol' });
});

test('nobody listening is "refused", after all attempts', async () => {
  const base = await serve(() => undefined);
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
  const { requester, pauses } = connect(base, { maxAttempts: 3 });
  const failure = await requester.send(call, never).catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: 'refused', retryable: true });
  expect(failure).toHaveProperty('message', expect.stringContaining('(after 3 attempts)'));
  expect(pauses).toHaveLength(2);
});

test('a connection cut in mid-reply is tried again', async () => {
  let count = 0;
  const base = await serve((_, response) => {
    count += 1;
    if (count > 1) response.end(JSON.stringify({ seen: 'whole' }));
    else {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"se', () => response.destroy());
    }
  });
  expect(await connect(base).requester.send(call, never)).toEqual({ seen: 'whole' });
});

test('a silent server runs into the time limit', async () => {
  const base = await serve(() => undefined);
  const { requester } = connect(base, { maxAttempts: 2 });
  await expect(requester.send({ ...call, timeoutMs: 20 }, never)).rejects.toMatchObject({ kind: 'timeout' });
});

test('aborting rejects with the reason of the signal and hangs up on the server', async () => {
  const stop = new AbortController();
  let onHangUp: () => void = () => undefined;
  const hungUp = new Promise<void>((resolve) => (onHangUp = resolve));
  const base = await serve((_, response) => {
    response.on('close', () => onHangUp());
    stop.abort(new Error('the run stops'));
  });
  await expect(connect(base).requester.send(call, stop.signal)).rejects.toThrow('the run stops');
  await hungUp;
});

test('aborting ends a pause between attempts', async () => {
  const stop = new AbortController();
  const base = await serve((_, response) => {
    response.writeHead(503, { 'retry-after': '3600' });
    response.end('', () => setImmediate(() => stop.abort(new Error('the run stops'))));
  });
  const requester = createRequester({ service: 'test service', baseUrl: base });
  cleanUps.push(() => requester.close());
  await expect(requester.send(call, stop.signal)).rejects.toThrow('the run stops');
});

test('an enormous reply is refused instead of held in memory', async () => {
  const base = await serve((_, response) => response.end(JSON.stringify({ seen: 'x'.repeat(5000) })));
  const { requester } = connect(base, { maxReplyBytes: 1000 });
  await expect(requester.send(call, never)).rejects.toMatchObject({ kind: 'protocol', retryable: false });
});

test('a backend may give a refusal its own meaning', async () => {
  const base = await serve((_, response) => {
    response.writeHead(404);
    response.end(JSON.stringify({ error: { code: 'no_model', message: 'none' } }));
  });
  const { requester } = connect(base, {
    translate: (reply, message) => (reply.code === 'no_model' ? new ServiceError('gone', message) : null),
  });
  await expect(requester.send(call, never)).rejects.toMatchObject({ kind: 'gone' });
});
