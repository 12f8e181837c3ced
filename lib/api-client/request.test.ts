import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { request } from './request';

async function answering(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/api/x?y=1`;
}
const signal = new AbortController().signal;
const Answer = z.object({ a: z.number() });

test('gives what the schema makes of the answer', async () => {
  expect(await request(await answering(200, '{"a":1,"b":2}'), Answer, { signal })).toEqual({ a: 1 });
});

test('a refusal keeps its code and its words', async () => {
  const url = await answering(404, '{"error":{"code":"not_found","message":"There is no run 9."}}');
  await expect(request(url, Answer, { signal })).rejects.toMatchObject({
    status: 404,
    code: 'not_found',
    message: 'There is no run 9.',
  });
});

test('an answer in another form says which, and what to do', async () => {
  await expect(request(await answering(200, '{"a":"x"}'), Answer, { signal })).rejects.toThrow(
    /reload the page/,
  );
});

test('a failure without words has some', async () => {
  await expect(request(await answering(500, '<html>'), Answer, { signal })).rejects.toMatchObject({
    code: 'failed',
  });
});

test('no answer at all says so; an abort stays an abort', async () => {
  await expect(request('http://127.0.0.1:1/', Answer, { signal })).rejects.toMatchObject({ status: 0 });
  await expect(request('http://127.0.0.1:1/', Answer, { signal: AbortSignal.abort() })).rejects.toMatchObject(
    {
      name: 'AbortError',
    },
  );
});
