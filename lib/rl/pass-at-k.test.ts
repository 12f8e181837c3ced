import fc from 'fast-check';
import { expect, test } from 'vitest';
import { passAtK, passKs } from './pass-at-k';

// binomials by hand: C(3,3)/C(5,3) = 1/10, C(7,4)/C(10,4) = 35/210, C(199,100)/C(200,100) = 1/2
test.each([
  { n: 5, c: 2, k: 3, expected: 0.9 },
  { n: 10, c: 3, k: 4, expected: 1 - 35 / 210 },
  { n: 200, c: 1, k: 100, expected: 0.5 },
  { n: 4, c: 1, k: 1, expected: 0.25 },
  { n: 4, c: 0, k: 4, expected: 0 },
  { n: 4, c: 4, k: 1, expected: 1 },
  { n: 8, c: 6, k: 3, expected: 1 },
])('of $n samples with $c right, pass@$k is $expected', ({ n, c, k, expected }) => {
  expect(passAtK(n, c, k)).toBeCloseTo(expected, 12);
});

test('it is the share of all choices of k samples that have a right one', () => {
  const shape = fc
    .record({ n: fc.integer({ min: 1, max: 9 }), c: fc.nat(9), k: fc.integer({ min: 1, max: 9 }) })
    .filter(({ n, c, k }) => c <= n && k <= n);
  fc.assert(
    fc.property(shape, ({ n, c, k }) => {
      let [choices, hits] = [0, 0];
      for (let mask = 0; mask < 2 ** n; mask += 1) {
        const chosen = Array.from({ length: n }, (_, at) => at).filter((at) => (mask >> at) & 1);
        if (chosen.length !== k) continue;
        choices += 1;
        if (chosen.some((at) => at < c)) hits += 1;
      }
      expect(passAtK(n, c, k)).toBeCloseTo(hits / choices, 12);
    }),
  );
});

test('k goes up in powers of two to the number of samples', () => {
  expect([1, 2, 6, 8].map(passKs)).toEqual([[1], [1, 2], [1, 2, 4, 6], [1, 2, 4, 8]]);
});
