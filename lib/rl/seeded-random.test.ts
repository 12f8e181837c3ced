import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom, deriveSeed, shuffledOrder } from './seeded-random';

test('seeds of a whole run are all different', () => {
  const seeds = new Set<number>();
  for (let step = 0; step < 20; step += 1) {
    for (let prompt = 0; prompt < 64; prompt += 1) {
      for (let sample = 0; sample < 8; sample += 1)
        seeds.add(deriveSeed(42, 'rollout', step, prompt, sample));
    }
  }
  // 10,240 draws out of 2^32 meet about 0.01 times by chance
  expect(seeds.size).toBe(20 * 64 * 8);
});

test('purpose, seed and every coordinate matter', () => {
  const base = deriveSeed(1, 'rollout', 1, 2, 3);
  const others = [
    deriveSeed(2, 'rollout', 1, 2, 3),
    deriveSeed(1 + 2 ** 32, 'rollout', 1, 2, 3),
    deriveSeed(1, 'validation', 1, 2, 3),
    deriveSeed(1, 'rollout', 2, 1, 3),
    deriveSeed(1, 'rollout', 1, 2, 4),
  ];
  expect(others).not.toContain(base);
  expect(deriveSeed(1, 'rollout', 1, 2, 3)).toBe(base);
});

test('a shuffle is a permutation and the same for the same seed', () => {
  fc.assert(
    fc.property(fc.nat({ max: 300 }), fc.nat(), (count, seed) => {
      const order = shuffledOrder(count, seed);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
      expect(shuffledOrder(count, seed)).toEqual(order);
    }),
  );
});

test('random numbers fill the unit interval evenly', () => {
  const random = createRandom(7);
  const bins = new Array<number>(10).fill(0);
  for (let draw = 0; draw < 10_000; draw += 1) {
    const bin = Math.floor(random() * 10);
    bins[bin] = (bins[bin] ?? NaN) + 1;
  }
  for (const count of bins) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
