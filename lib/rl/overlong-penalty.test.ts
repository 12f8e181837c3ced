import { expect, test } from 'vitest';
import { golden } from './fixtures/golden';
import { overlongPenalty } from './overlong-penalty';

test.each(golden.overlong)(
  '$tokens tokens of 100 with a buffer of 20 cost $penalty',
  ({ tokens, penalty }) => {
    expect(overlongPenalty(tokens, { limit: 100, buffer: 20, factor: 0.5 })).toBeCloseTo(penalty, 12);
  },
);
