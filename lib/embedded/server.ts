import { createHash, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import type { Protocol } from './protocol';
import { readJsonBody } from './read-json-body';
import { Refusal } from './refusal';

export type ServerOptions = {
  readonly token: string;
  readonly protocols: readonly Protocol[];
  readonly log: (message: string) => void;
  readonly maxBodyBytes?: number;
};

export type Server = {
  readonly port: number;
  /** Stops accepting and cuts open connections. */
  close(): Promise<void>;
};

/** 4096 sequences of 1024 tokens with all their columns are about 90 MB in base64. */
const MAX_BODY_BYTES = 128 * 1024 * 1024;
/** Longer than any client's pause between calls, so that a kept connection is not closed under a request. */
const KEEP_ALIVE_MS = 10 * 60_000;
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Listens on a free port of 127.0.0.1 and lets in only who names a loopback host and holds the token. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const expected = digest(`Bearer ${options.token}`);

  async function answer(request: http.IncomingMessage, signal: AbortSignal): Promise<unknown> {
    checkHost(request.headers.host);
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) {
      throw new Refusal('unauthorized', 'The bearer token is missing or wrong');
    }
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const protocol = options.protocols.find(({ prefix }) => pathname.startsWith(`${prefix}/`));
    if (protocol === undefined) throw new Refusal('not_found', `There is no ${pathname} here`);
    const path = pathname.slice(protocol.prefix.length + 1).split('/');
    const body = await readJsonBody(request, options.maxBodyBytes ?? MAX_BODY_BYTES);
    return await protocol.handle({ method: request.method ?? 'GET', path: path.map(decode), body, signal });
  }

  const server = http.createServer((request, response) => {
    const hungUp = new AbortController();
    response.on('close', () => hungUp.abort());
    answer(request, hungUp.signal).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        const refusal = asRefusal(error, options.log);
        // the rest of an unwanted body is not read: the connection cannot be used again
        if (!request.complete) response.setHeader('connection', 'close');
        send(response, refusal.httpStatus, { error: { code: refusal.code, message: refusal.message } });
      },
    );
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const port = await listen(server);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: http.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server has no port'));
      else resolve(address.port);
    });
  });
}

/** A page on another site may make a browser call us under its own name (DNS rebinding): only loopback names pass. */
function checkHost(host: string | undefined): void {
  const name = host?.replace(/:\d+$/, '').toLowerCase();
  if (name === undefined || !LOOPBACK_NAMES.has(name)) {
    throw new Refusal(
      'forbidden_host',
      `The host ${host ?? '(none)'} is not this machine's loopback address`,
    );
  }
}

function send(response: http.ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.byteLength });
  response.end(bytes);
}

function asRefusal(error: unknown, log: (message: string) => void): Refusal {
  if (error instanceof Refusal) return error;
  log(`unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new Refusal('internal', 'The service made a mistake; its log says more', { cause: error });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw new Refusal('not_found', `The path part ${part} is not readable`, { cause: error });
  }
}

/** Digests have one length, which the constant-time comparison needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
