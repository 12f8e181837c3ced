import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to one request. */
export type Fault =
  | { readonly kind: 'refuse' }
  /** No answer ever. */
  | { readonly kind: 'hang' }
  /** The service gets it, its answer is lost. */
  | { readonly kind: 'lose-answer' }
  /** The service gets it, its answer breaks off. */
  | { readonly kind: 'half-answer' }
  /** The service gets it twice. */
  | { readonly kind: 'twice' }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly headers?: http.OutgoingHttpHeaders;
    }
  /** Something happens first, then the request goes through. */
  | { readonly kind: 'first'; readonly act: () => Promise<void> };

export type FaultyProxy = {
  readonly baseUrl: string;
  /** The next request to the path (below the prefix) meets the first of its faults, the one after it the second. */
  readonly plan: (path: string, ...faults: readonly Fault[]) => void;
  /** Paths that were asked for, in order. */
  readonly seen: string[];
  readonly pointAt: (port: number) => void;
  close(): Promise<void>;
};

type Answer = { readonly status: number; readonly headers: http.IncomingHttpHeaders; readonly body: Buffer };

/** Stands between a client and a real service on loopback, and does to chosen requests what networks do. */
export async function startFaultyProxy(target: number, prefix = '/api/v1/'): Promise<FaultyProxy> {
  const planned = new Map<string, Fault[]>();
  const seen: string[] = [];
  let port = target;

  function forward(request: http.IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { method, url, headers } = request;
      const upstream = http.request({ host: '127.0.0.1', port, method, path: url, headers }, (response) => {
        gather(response).then(
          (bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }),
          reject,
        );
      });
      upstream.on('error', reject);
      upstream.end(body);
    });
  }

  async function serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const path = withoutIds((request.url ?? '').replace(prefix, ''));
    seen.push(path);
    const fault = planned.get(path)?.shift();
    const body = await gather(request);
    if (fault !== undefined && isInsteadOf(fault, response)) return;
    if (fault?.kind === 'first') await fault.act();
    if (fault?.kind === 'twice') await forward(request, body);
    reply(await forward(request, body), fault, response);
  }

  const server = http.createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    baseUrl: `http://127.0.0.1:${portOf(address)}`,
    plan: (path, ...faults) => void planned.set(path, [...faults]),
    seen,
    pointAt: (next) => (port = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** With `:id` for what was named by the service. */
function withoutIds(path: string): string {
  return path
    .replace(/^operations\/.*/, 'operations/:id')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[^/]*/g, ':id');
}

/** Faults that the service never hears of. */
function isInsteadOf(fault: Fault, response: http.ServerResponse): boolean {
  switch (fault.kind) {
    case 'hang':
      return true;
    case 'refuse':
      response.destroy();
      return true;
    case 'answer':
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      response.end(fault.body);
      return true;
    case 'lose-answer':
    case 'half-answer':
    case 'twice':
    case 'first':
      return false;
  }
}

function reply(answer: Answer, fault: Fault | undefined, response: http.ServerResponse): void {
  if (fault?.kind === 'lose-answer') {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, answer.headers);
  if (fault?.kind !== 'half-answer') {
    response.end(answer.body);
    return;
  }
  const half = answer.body.subarray(0, Math.ceil(answer.body.length / 2));
  response.write(half, () => response.destroy());
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  return address.port;
}

async function gather(stream: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  return Buffer.concat(chunks);
}
