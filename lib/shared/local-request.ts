/** What a browser says about a request, as far as it decides whether we answer. Header values, `null` when absent. */
export type RequestFacts = {
  readonly method: string;
  readonly path: string;
  readonly host: string | null;
  readonly origin: string | null;
  readonly fetchSite: string | null;
  readonly fetchMode: string | null;
  readonly fetchDest: string | null;
};

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Why a request is not for us, in words for the person who made it; `null` when it is. `port` is the one we listen on.
 *
 * The Host check stops DNS rebinding (a foreign name that points at this machine); the Origin and Sec-Fetch-Site
 * checks stop a page on another site, or on another port of this machine, from reading the API or starting a run.
 */
export function refusalOf(request: RequestFacts, port: number): string | null {
  if (!isServedAddress(request.host, port)) {
    return `Galley answers only at http://127.0.0.1:${port} (or localhost), not at "${request.host ?? 'no host'}". Open that address; through a tunnel, forward the same port.`;
  }
  if (request.origin !== null && !isServedOrigin(request.origin, port)) {
    return `This request came from a page at ${request.origin}. Only pages of Galley itself may use it.`;
  }
  if (isForeignFetch(request) && !isPlainLink(request)) {
    return 'This request came from a page of another site. Only pages of Galley itself may use it; open the address directly.';
  }
  return null;
}

function isServedAddress(host: string | null, port: number): boolean {
  const name = host?.toLowerCase() ?? '';
  return LOOPBACK.some((address) => name === `${address}:${port}` || (port === 80 && name === address));
}

function isServedOrigin(origin: string, port: number): boolean {
  return origin.startsWith('http://') && isServedAddress(origin.slice('http://'.length), port);
}

/** `same-site` is foreign too: another port of this machine is another program. */
function isForeignFetch({ fetchSite }: RequestFacts): boolean {
  return fetchSite !== null && fetchSite !== 'same-origin' && fetchSite !== 'none';
}

/** Following a link to a page from elsewhere only shows it: the other site sees nothing and GET changes nothing. */
function isPlainLink(request: RequestFacts): boolean {
  const isPage = request.path !== '/api' && !request.path.startsWith('/api/');
  return (
    request.method === 'GET' && isPage && request.fetchMode === 'navigate' && request.fetchDest === 'document'
  );
}
