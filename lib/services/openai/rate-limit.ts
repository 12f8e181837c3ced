import type { IncomingHttpHeaders } from 'node:http';

const UNIT_MS = new Map([
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]);
const PART = /(\d+(?:\.\d+)?)(ms|h|m|s)/g;
const DURATION = /^(\d+(\.\d+)?(ms|h|m|s))+$/;

/**
 * Milliseconds until a limit that is used up lets requests through again, by the headers of OpenAI
 * (`x-ratelimit-remaining-requests`, `x-ratelimit-reset-requests: 6m0s`, the same for tokens); 0 = go on.
 */
export function rateLimitWaitMs(headers: IncomingHttpHeaders): number {
  const waits = ['requests', 'tokens'].map((what) => {
    if (headers[`x-ratelimit-remaining-${what}`] !== '0') return 0;
    const reset = headers[`x-ratelimit-reset-${what}`];
    return typeof reset === 'string' ? durationMs(reset) : 0;
  });
  return Math.max(...waits);
}

function durationMs(text: string): number {
  if (!DURATION.test(text)) return 0;
  return [...text.matchAll(PART)].reduce(
    (sum, [, amount = '0', unit = '']) => sum + Number(amount) * (UNIT_MS.get(unit) ?? 0),
    0,
  );
}
