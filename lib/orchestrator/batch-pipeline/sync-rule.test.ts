import { expect, test } from 'vitest';
import { mayRunAhead } from './sync-rule';

/** Steps after which the sampler gets new weights, and how old each batch is when it is trained on. */
function simulate(staleness: number, steps: number, isBoundary: (step: number) => boolean = () => false) {
  const synced: number[] = [];
  const ages: number[] = [];
  let sampler = 0;
  for (let trainer = 0; trainer < steps; trainer += 1) {
    ages.push(trainer - sampler);
    if (mayRunAhead(staleness, { trainer, sampler, isBoundary: isBoundary(trainer) })) continue;
    sampler = trainer + 1;
    synced.push(trainer);
  }
  return { synced, ages };
}

test('a threshold of 0 waits for the weights of every step', () => {
  expect(simulate(0, 4)).toEqual({ synced: [0, 1, 2, 3], ages: [0, 0, 0, 0] });
});

test.each([
  [1, [1, 3, 5], [0, 1, 0, 1, 0, 1]],
  [2, [2, 5], [0, 1, 2, 0, 1, 2]],
])(
  'a threshold of %i syncs after so many steps and one, as the reference does',
  (staleness, synced, ages) => {
    expect(simulate(staleness, 6)).toEqual({ synced, ages });
  },
);

test('a validation gets the newest weights, and the count begins again', () => {
  expect(simulate(2, 7, (step) => step === 3)).toEqual({
    synced: [2, 3, 6],
    ages: [0, 1, 2, 0, 0, 1, 2],
  });
});
