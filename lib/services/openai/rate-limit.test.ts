import { expect, test } from 'vitest';
import { rateLimitWaitMs } from './rate-limit';

test.each([
  [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1s' }, 1000],
  [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0s' }, 360_000],
  [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '20ms' }, 20],
  [
    {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '1.5s',
    },
    1500,
  ],
  [{ 'x-ratelimit-remaining-requests': '12', 'x-ratelimit-reset-requests': '1h' }, 0],
  [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': 'tomorrow' }, 0],
  [{}, 0],
])('%j is a wait of %d ms', (headers, wait) => {
  expect(rateLimitWaitMs(headers)).toBe(wait);
});
