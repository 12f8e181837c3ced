import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '@/lib/rl/seeded-random';
import { studentQuantile95 } from './quantiles';
import { verdictSentences } from './verdict-words';
import { judge, type Scores, type VerdictOptions } from './verdict';

const HIGHER: VerdictOptions = { better: 'higher', isSequence: false };

describe('a verdict', () => {
  test('is for the better side when the prompts agree', () => {
    const a = scores(Array.from({ length: 50 }, (_, prompt) => prompt / 100));
    const b = scores(Array.from({ length: 50 }, (_, prompt) => prompt / 100 + 0.1 + 0.01 * (prompt % 3)));
    expect(judge({ a: [a], b: [b] }, HIGHER)).toMatchObject({ outcome: 'b', paired: 50, more: null });
    expect(judge({ a: [a], b: [b] }, { ...HIGHER, better: 'lower' })?.outcome).toBe('a');
  });

  test('of a metric that has no better says which is higher, and no more', () => {
    const names = { a: 'run 1', b: 'run 2' };
    const [low, high] = [scores([0, 0, 0, 0, 0, 0]), scores([1, 1, 1, 1, 1, 1])];
    for (const [better, headline] of [
      ['none', 'run 2 is higher than run 1 by 1.00'],
      ['higher', 'run 2 is better than run 1 by 1.00'],
      ['lower', 'run 1 is better than run 2 by 1.00'],
    ] as const) {
      const verdict = judge({ a: [low], b: [high] }, { better, isSequence: true });
      expect(verdict && verdictSentences(verdict, names, { unit: 'steps', better }).headline).toBe(headline);
    }
  });

  test('pairs by prompt: a small gain on prompts of very different difficulty is seen', () => {
    const hard = Array.from({ length: 60 }, (_, prompt) => (prompt % 2 === 0 ? 0 : 1));
    const verdict = judge(
      { a: [scores(hard)], b: [scores(hard.map((score, at) => score + 0.02 + 0.01 * Math.sin(at)))] },
      HIGHER,
    );
    expect(verdict?.outcome).toBe('b');
  });

  test('uses only what all runs have', () => {
    const a = new Map([...scores([0, 0, 0, 0, 0, 0]), ['only a', 9]]);
    const b = new Map([...scores([1, 1, 1, 1, 1, 1]), ['only b', -9]]);
    expect(judge({ a: [a], b: [b] }, HIGHER)).toMatchObject({ paired: 6, means: { a: 0, b: 1 } });
    expect(judge({ a: [scores([1, 2])], b: [scores([1, 2])] }, HIGHER)).toBeNull();
    expect(judge({ a: [], b: [a] }, HIGHER)).toBeNull();
  });

  test('says how much more it takes while it is undecided, and that more data decide it', () => {
    const noisy = (count: number, gain: number, seed: number): Scores => {
      const random = createRandom(seed);
      return scores(Array.from({ length: count }, () => gain + gauss(random)));
    };
    const few = judge({ a: [noisy(40, 0, 1)], b: [noisy(40, 0.4, 2)] }, HIGHER);
    expect(few?.outcome).toBe('undecided');
    const more = few?.more ?? 0;
    expect(more).toBeGreaterThan(10);
    expect(more).toBeLessThan(400);
    const enough = judge({ a: [noisy(1000, 0, 1)], b: [noisy(1000, 0.4, 2)] }, HIGHER);
    expect(enough?.outcome).toBe('b');
  });

  test('of two runs that are the same says so, and names no number', () => {
    const a = scores([0, 1, 0, 1, 0, 1, 1]);
    expect(judge({ a: [a], b: [a] }, HIGHER)).toMatchObject({
      difference: 0,
      interval: { low: 0, high: 0 },
      outcome: 'undecided',
      more: null,
    });
  });
});

describe('whatever the scores are', () => {
  const side = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 5, maxLength: 30 });
  const pair = side.chain((a) =>
    fc.tuple(
      fc.constant(a),
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: a.length, maxLength: a.length }),
    ),
  );

  test('exchanging the sides turns the verdict round', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const one = judge({ a: [scores(a)], b: [scores(b)] }, HIGHER);
        const other = judge({ a: [scores(b)], b: [scores(a)] }, HIGHER);
        expect(one?.difference).toBeCloseTo(-(other?.difference ?? NaN), 9);
        const swapped = { a: 'b', b: 'a', undecided: 'undecided' } as const;
        // resamples are drawn alike, so the ends mirror each other up to the interpolation of quantiles
        expect(one?.interval.low).toBeCloseTo(-(other?.interval.high ?? NaN), 6);
        expect(one?.outcome).toBe(swapped[other?.outcome ?? 'undecided']);
      }),
      { numRuns: 40 },
    );
  });

  test('a shift of both sides changes nothing, a scale scales', () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: -8, max: 8 }), ([a, b], shift) => {
        const base = judge({ a: [scores(a)], b: [scores(b)] }, HIGHER);
        const moved = judge(
          {
            a: [scores(a.map((value) => 4 * value + shift))],
            b: [scores(b.map((value) => 4 * value + shift))],
          },
          HIGHER,
        );
        expect(moved?.difference).toBeCloseTo(4 * (base?.difference ?? NaN), 8);
        expect(moved?.interval.low).toBeCloseTo(4 * (base?.interval.low ?? NaN), 8);
        expect(moved?.interval.high).toBeCloseTo(4 * (base?.interval.high ?? NaN), 8);
      }),
      { numRuns: 40 },
    );
  });

  test('the estimate lies in its interval, and the order of the prompts does not matter to it', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const verdict = judge({ a: [scores(a)], b: [scores(b)] }, HIGHER);
        expect(verdict?.interval.low).toBeLessThanOrEqual((verdict?.difference ?? NaN) + 1e-9);
        expect(verdict?.interval.high).toBeGreaterThanOrEqual((verdict?.difference ?? NaN) - 1e-9);
        const turned = (values: readonly number[]): Scores => new Map([...scores(values)].toReversed());
        const other = judge({ a: [turned(a)], b: [turned(b)] }, HIGHER);
        expect(other?.difference).toBeCloseTo(verdict?.difference ?? NaN, 9);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the interval holds the truth about 95 times in 100', () => {
  const DATA_SETS = 200;

  test('for normal and for right-or-wrong scores of few prompts', () => {
    const normal = coverage((random) => {
      const prompts = Array.from({ length: 20 }, () => gauss(random));
      const noisy = (): Scores => scores(prompts.map((prompt) => prompt + gauss(random)));
      return { a: [noisy()], b: [noisy()] };
    }, 0);
    const binary = coverage((random) => {
      const right = (share: number): Scores =>
        scores(Array.from({ length: 60 }, () => (random() < share ? 1 : 0)));
      return { a: [right(0.4)], b: [right(0.5)] };
    }, 0.1);
    expect(normal).toBeGreaterThan(0.91);
    expect(binary).toBeGreaterThan(0.91);
    expect(Math.min(normal, binary)).toBeLessThan(1);
  });

  test('for three seeds on each side, which differ from each other more than prompts do', () => {
    const share = coverage((random) => {
      const prompts = Array.from({ length: 40 }, () => gauss(random));
      const run = (): Scores => {
        const seed = 0.5 * gauss(random);
        return scores(prompts.map((prompt) => prompt + seed + 0.3 * gauss(random)));
      };
      return { a: [run(), run(), run()], b: [run(), run(), run()] };
    }, 0);
    expect(share).toBeGreaterThan(0.91);
  });

  test('for curves whose steps hang together', () => {
    const share = coverage(
      (random) => {
        const curve = (): Scores => {
          let level = 0;
          return scores(
            Array.from({ length: 120 }, () => {
              level = 0.5 * level + gauss(random);
              return level;
            }),
          );
        };
        return { a: [curve()], b: [curve()] };
      },
      0,
      { better: 'higher', isSequence: true },
    );
    expect(share).toBeGreaterThan(0.88);
  });

  function coverage(
    draw: (random: () => number) => { readonly a: readonly Scores[]; readonly b: readonly Scores[] },
    truth: number,
    options: VerdictOptions = HIGHER,
  ): number {
    const random = createRandom(7);
    let held = 0;
    for (let set = 0; set < DATA_SETS; set += 1) {
      const verdict = judge(draw(random), options);
      if (verdict !== null && verdict.interval.low <= truth && verdict.interval.high >= truth) held += 1;
    }
    return held / DATA_SETS;
  }
});

test('Student’s quantiles are those of the tables', () => {
  const tables: readonly (readonly [number, number])[] = [
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [4, 2.776],
    [5, 2.571],
    [10, 2.228],
    [30, 2.042],
    [120, 1.98],
  ];
  for (const [degrees, quantile] of tables) {
    expect(Math.abs(studentQuantile95(degrees) / quantile - 1)).toBeLessThan(0.02);
  }
});

function scores(values: readonly number[]): Scores {
  return new Map(values.map((value, index) => [`prompt ${index}`, value]));
}

/** Box–Muller. */
function gauss(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
