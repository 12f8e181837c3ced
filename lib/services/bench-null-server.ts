import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a request is answered with, by method and path; `POST /x#Sample` = with that `X-Tinker-Request-Type`. */
export type FixedReply = { readonly type: string; readonly body: Uint8Array };
export type NullServer = { readonly port: number; close(): Promise<void> };

// plain JavaScript: it runs as a process of its own, so that its work does not count as a client's
const SCRIPT = `
import http from 'node:http';
let text = '';
for await (const chunk of process.stdin) text += chunk;
const replies = new Map(JSON.parse(text).map(([key, type, body]) => [key, { type, body: Buffer.from(body, 'base64') }]));
const server = http.createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    const route = request.method + ' ' + request.url;
    const reply = replies.get(route + '#' + request.headers['x-tinker-request-type']) ?? replies.get(route);
    if (reply === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': reply.type, 'content-length': reply.body.length });
    response.end(reply.body);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(server.address().port + '\\n'));
`;

/** A server in a process of its own that answers at once, always the same. */
export async function startNullServer(replies: Readonly<Record<string, FixedReply>>): Promise<NullServer> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const rows = Object.entries(replies).map(([key, { type, body }]) => [
    key,
    type,
    Buffer.from(body).toString('base64'),
  ]);
  child.stdin.end(JSON.stringify(rows));
  const line = await new Promise<string>((resolve) =>
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  );
  return {
    port: Number(line),
    async close() {
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}
