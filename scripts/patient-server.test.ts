import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createPatientServer } from './patient-server.mjs';

test('a request that comes before there is a handler is answered once there is one', async () => {
  const { server, answerWith } = createPatientServer();
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  const arrived = once(server, 'request');
  const early = fetch(`http://127.0.0.1:${address.port}/`);
  await arrived;
  answerWith((_request: IncomingMessage, response: ServerResponse) => response.end('ready'));
  expect(await (await early).text()).toBe('ready');
});
