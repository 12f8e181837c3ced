import { createServer, type RequestListener } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { openWebhook } from './webhook';

const SECRET = 'T0PSECRET';

test('messages arrive in order, as Slack takes them', async () => {
  const got: string[] = [];
  const receiver = await aReceiver((body, answer) => {
    got.push(body);
    answer(200);
  });
  const webhook = openWebhook({ url: receiver, onTrouble: fail });
  webhook.send('first');
  webhook.send('second');
  await webhook.close();
  expect(got.map((body): unknown => JSON.parse(body))).toEqual([{ text: 'first' }, { text: 'second' }]);
});

test('a receiver that stumbles is asked again; one that refuses is not', async () => {
  const answers = [503, 429, 200, 404];
  const got: string[] = [];
  const receiver = await aReceiver((body, answer) => {
    got.push(body);
    answer(answers.shift() ?? 500);
  });
  const trouble: string[] = [];
  const webhook = openWebhook({
    url: receiver,
    retryMs: 1,
    onTrouble: (message) => void trouble.push(message),
  });
  webhook.send('a');
  webhook.send('b');
  await webhook.close();
  expect(got).toHaveLength(4);
  expect(trouble).toEqual(['An alert was not delivered: the receiver answered 404.']);
});

test('a receiver that never answers delays nobody, is told of once, and its address stands in no message', async () => {
  const receiver = await aReceiver(() => undefined);
  const trouble: string[] = [];
  const webhook = openWebhook({
    url: receiver,
    retryMs: 1,
    timeoutMs: 20,
    onTrouble: (message) => void trouble.push(message),
  });
  for (let message = 0; message < 100; message += 1) webhook.send(`message ${message}`);
  await expect
    .poll(() => trouble)
    .toEqual(['An alert was not delivered: the receiver could not be reached.']);
  await webhook.close();
  expect(trouble).toHaveLength(1);
  expect(trouble.join()).not.toContain(SECRET);
});

test('of more messages than wait, the newest are kept', async () => {
  const got: string[] = [];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const receiver = await aReceiver((body, answer) => {
    void gate.then(() => {
      got.push(body);
      answer(200);
    });
  });
  const webhook = openWebhook({ url: receiver, onTrouble: fail });
  for (let message = 0; message < 50; message += 1) webhook.send(String(message));
  open();
  await webhook.close();
  expect(got.at(-1)).toBe('{"text":"49"}');
  expect(got.length).toBeLessThanOrEqual(21);
});

/** A server on loopback; its address holds a secret as real ones do. */
async function aReceiver(take: (body: string, answer: (status: number) => void) => void): Promise<string> {
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => void (body += chunk.toString()));
    request.on('end', () => take(body, (status) => response.writeHead(status).end()));
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/services/${SECRET}`;
}

function fail(message: string): never {
  throw new Error(message);
}
