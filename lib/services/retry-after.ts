import type { IncomingHttpHeaders } from 'node:http';

/** Longer than a run would wait for one call: such a wish is left to whoever looks at outages. */
const LONGEST_MS = 9_999_000;
const NUMBER = /^\d+(\.\d+)?$/;

/** How long the server asks to be left alone, in milliseconds: `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110 §10.2.3). */
export function retryAfterOf(headers: IncomingHttpHeaders, now: number = Date.now()): number | null {
  const exact = headers['retry-after-ms'];
  if (typeof exact === 'string' && NUMBER.test(exact)) return bounded(Number(exact));
  const wish = headers['retry-after'];
  if (wish === undefined) return null;
  if (NUMBER.test(wish)) return bounded(Number(wish) * 1000);
  const date = Date.parse(wish);
  return Number.isNaN(date) ? null : bounded(Math.max(0, date - now));
}

function bounded(ms: number): number | null {
  return ms <= LONGEST_MS ? ms : null;
}
