/** What decides who gets the next request. */
export type EndpointLoad = {
  readonly address: string;
  readonly inFlight: number;
  /** Requests so far; ties go to who had fewest. */
  readonly served: number;
};

/** Requests that the server of a prompt's prefix may have more than the least busy one, for the sake of its cache. */
const AFFINITY_SLACK = 8;

/**
 * The endpoint for a request: the one that prompts of this prefix always prefer (rendezvous hashing, so that an endpoint that
 * comes or goes moves only its own prefixes), unless it is busier than the others; then the least busy. Null without any.
 */
export function chooseEndpoint<T extends EndpointLoad>(
  endpoints: readonly T[],
  prefix: number | null,
): T | null {
  const [first, ...others] = endpoints;
  if (first === undefined) return null;
  const least = others.reduce((best, each) => (isFreer(each, best) ? each : best), first);
  if (prefix === null || others.length === 0) return least;
  const home = others.reduce(
    (best, each) => (weight(prefix, each.address) > weight(prefix, best.address) ? each : best),
    first,
  );
  return home.inFlight <= least.inFlight + AFFINITY_SLACK ? home : least;
}

function isFreer(a: EndpointLoad, b: EndpointLoad): boolean {
  return a.inFlight < b.inFlight || (a.inFlight === b.inFlight && a.served < b.served);
}

/** Tokens of a prompt that say which cache it may hit: the prompts of a group are equal, turns of an agent begin alike. */
const PREFIX_TOKENS = 256;

export function prefixOf(tokens: readonly number[]): number {
  let hash = FNV_OFFSET;
  for (const token of tokens.slice(0, PREFIX_TOKENS)) hash = mix(hash, token);
  return hash;
}

// FNV-1a, 32 bits
const FNV_OFFSET = 0x811c9dc5;
const mix = (hash: number, value: number): number => Math.imul(hash ^ value, 0x01000193) >>> 0;

function weight(prefix: number, address: string): number {
  let hash = prefix;
  for (let at = 0; at < address.length; at++) hash = mix(hash, address.charCodeAt(at));
  // the last characters of addresses differ: their bits must reach the top
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}
