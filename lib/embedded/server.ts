import http from 'node:http';
import { type Protocol, type ProtocolReply, wordRefusal } from './protocol';
import { readBody } from './read-body';
import { Refusal } from './refusal';

export type ServerOptions = {
  /** 0 or not given = a free one. */
  readonly port?: number;
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
export const MAX_BODY_BYTES = 128 * 1024 * 1024;
/** Longer than any client's pause between calls, so that a kept connection is not closed under a request. */
const KEEP_ALIVE_MS = 10 * 60_000;
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Listens on 127.0.0.1 and lets in only who names a loopback host; the protocols ask for their keys. */
export async function startServer(options: ServerOptions): Promise<Server> {
  function protocolOf(pathname: string): Protocol | null {
    return options.protocols.find(({ prefix }) => pathname.startsWith(`${prefix}/`)) ?? null;
  }

  async function answer(request: http.IncomingMessage, signal: AbortSignal): Promise<ProtocolReply> {
    checkHost(request.headers.host);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const protocol = protocolOf(pathname);
    if (protocol === null) throw new Refusal('not_found', `There is no ${pathname} here`);
    try {
      return await protocol.handle({
        method: request.method ?? 'GET',
        path: pathname
          .slice(protocol.prefix.length + 1)
          .split('/')
          .map(decode),
        query: searchParams,
        headers: request.headers,
        readBody: () => readBody(request, options.maxBodyBytes ?? MAX_BODY_BYTES),
        signal,
      });
    } catch (error) {
      return protocol.refuse(asRefusal(error, options.log));
    }
  }

  const server = http.createServer((request, response) => {
    const hungUp = new AbortController();
    response.on('close', () => hungUp.abort());
    void answer(request, hungUp.signal)
      .catch((error: unknown) => wordRefusal(asRefusal(error, options.log)))
      .then((reply) => {
        // the rest of an unwanted body is not read: the connection cannot be used again
        if (!request.complete) response.setHeader('connection', 'close');
        send(response, reply);
      });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const port = await listen(server, options.port ?? 0);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: http.Server, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: wanted }, () => {
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

function send(response: http.ServerResponse, { status, headers, body }: ProtocolReply): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': body.byteLength });
  response.end(body);
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
