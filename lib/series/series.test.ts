import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packRows, unpackRows } from './pack-rows';
import {
  appendToPyramid,
  BLOCK_ROWS,
  FAN_OUT,
  rowsAt,
  type SeriesBlock,
  tailBlocks,
  topLevel,
} from './pyramid';
import { joinRows, mergeRows, rowsOfPoints, type SeriesRows, sliceRows } from './series-rows';
import { thinRows } from './thin-rows';

type SeriesPoint = { readonly step: number; readonly time: number; readonly value: number };

const value = fc.oneof(
  { weight: 8, arbitrary: fc.double({ noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, -0, Number.MAX_VALUE) },
);
const point: fc.Arbitrary<SeriesPoint> = fc.record({
  step: fc.nat(1_000_000),
  time: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  value,
});

function rowsOf(points: readonly SeriesPoint[]): SeriesRows {
  return rowsOfPoints({
    step: points.map(({ step }) => step),
    time: points.map(({ time }) => time),
    value: points.map((each) => each.value),
  });
}

/** All rows as one. */
function mergeAll(rows: SeriesRows): SeriesRows {
  return mergeRows(rows, [rows.length]);
}

/** Builds a pyramid in pieces, keeping blocks in a map as the store does. */
function build(pieces: readonly (readonly SeriesPoint[])[]): ReadonlyMap<string, SeriesBlock> {
  const blocks = new Map<string, SeriesBlock>();
  let points = 0;
  for (const piece of pieces) {
    const tail = tailBlocks(points).flatMap(({ level, index }) => blocks.get(`${level}/${index}`) ?? []);
    for (const block of appendToPyramid(points, tail, rowsOf(piece))) {
      blocks.set(`${block.level}/${block.index}`, block);
    }
    points += piece.length;
  }
  return blocks;
}

function levelOf(blocks: ReadonlyMap<string, SeriesBlock>, level: number): SeriesRows {
  const ordered = [...blocks.values()]
    .filter((block) => block.level === level)
    .toSorted((a, b) => a.index - b.index);
  return joinRows(ordered.map(({ rows }) => rows));
}

/** Cheap deterministic points, some of them not finite, for long series. */
function manyPoints(count: number): readonly SeriesPoint[] {
  return Array.from({ length: count }, (_, step) => ({
    step,
    time: 1_700_000_000_000 + step * 137,
    value: step % 97 === 0 ? NaN : step % 1013 === 0 ? Infinity : Math.sin(step * 12.9898) * 43758.5453,
  }));
}

function expectRowCovers(rows: SeriesRows, at: number, points: readonly SeriesPoint[]): void {
  const numbers = points.map((each) => each.value).filter((each) => !Number.isNaN(each));
  expect(rows.count[at]).toBe(points.length);
  expect(rows.nans[at]).toBe(points.length - numbers.length);
  expect(rows.min[at]).toBe(numbers.length === 0 ? NaN : Math.min(...numbers));
  expect(rows.max[at]).toBe(numbers.length === 0 ? NaN : Math.max(...numbers));
  expect(rows.last[at]).toBe(points.at(-1)?.value);
  expect(rows.time[at]).toBe(points.at(-1)?.time);
  expect(rows.minStep[at]).toBe(Math.min(...points.map(({ step }) => step)));
  expect(rows.maxStep[at]).toBe(Math.max(...points.map(({ step }) => step)));
}

describe('packing', () => {
  it('gives back every point bit for bit', () => {
    fc.assert(
      fc.property(fc.array(point, { maxLength: BLOCK_ROWS }), (points) => {
        const rows = rowsOf(points);
        expect(unpackRows(packRows(rows))).toEqual(rows);
      }),
    );
  });

  it('gives back every merged row bit for bit', () => {
    fc.assert(
      fc.property(fc.array(fc.array(point, { minLength: 1, maxLength: 20 }), { maxLength: 40 }), (groups) => {
        const rows = joinRows(groups.map((group) => mergeAll(rowsOf(group))));
        expect(unpackRows(packRows(rows))).toEqual(rows);
      }),
    );
  });

  it('takes about eleven bytes for a point of a steady series', () => {
    const bytes = packRows(rowsOf(manyPoints(BLOCK_ROWS)));
    expect(bytes.length / BLOCK_ROWS).toBeLessThan(11.5);
  });

  it('refuses bytes that it did not write', () => {
    expect(() => unpackRows(new Uint8Array([9, 1, 2]))).toThrow(RangeError);
    expect(() => unpackRows(packRows(rowsOf(manyPoints(3))).slice(0, 10))).toThrow(RangeError);
  });
});

describe('the pyramid', () => {
  it('is the same however the points were cut into pieces', { timeout: 60_000 }, () => {
    const points = manyPoints(9000);
    const whole = build([points]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 12 }), (sizes) => {
        const pieces: (readonly SeriesPoint[])[] = [];
        let at = 0;
        for (const size of sizes) {
          pieces.push(points.slice(at, at + size));
          at += size;
        }
        pieces.push(points.slice(at));
        expect(build(pieces)).toEqual(whole);
      }),
      { numRuns: 10 },
    );
  });

  it.each([1, 16, 511, 512, 513, 8191, 8192, 8193, 131_072, 140_001])(
    'covers each of %i points exactly once on every level, with exact extremes',
    (count) => {
      const points = manyPoints(count);
      const blocks = build([points.slice(0, count >> 1), points.slice(count >> 1)]);
      for (let level = 0; level <= topLevel(count); level += 1) {
        const rows = levelOf(blocks, level);
        const span = FAN_OUT ** level;
        expect(rows).toHaveLength(rowsAt(level, count));
        const step = Math.max(1, Math.floor(rows.length / 50));
        for (let at = 0; at < rows.length; at += 1) {
          if (at % step === 0 || at === rows.length - 1) {
            expectRowCovers(rows, at, points.slice(at * span, (at + 1) * span));
          }
        }
        expect(rows.count.reduce((sum, each) => sum + each, 0)).toBe(count);
      }
      expect(levelOf(blocks, topLevel(count)).length).toBeLessThanOrEqual(BLOCK_ROWS);
    },
  );
});

describe('merging', () => {
  it('keeps extremes, counts and the last value, whatever is merged first', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 60 }), fc.nat(60), (points, cut) => {
        const rows = rowsOf(points);
        const parts = [sliceRows(rows, 0, cut), sliceRows(rows, cut)].filter(({ length }) => length > 0);
        expectRowCovers(mergeAll(joinRows(parts.map(mergeAll))), 0, points);
        expectRowCovers(mergeAll(rows), 0, points);
      }),
    );
  });

  it('has a mean between the extremes, also near the largest double', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 60 }),
        (values) => {
          const row = mergeAll(rowsOf(values.map((each, step) => ({ step, time: step, value: each }))));
          const [min = NaN, mean = NaN, max = NaN] = [row.min[0], row.mean[0], row.max[0]];
          const slack = Math.max(Math.abs(min), Math.abs(max)) * 1e-12;
          expect(mean).toBeGreaterThanOrEqual(min - slack);
          expect(mean).toBeLessThanOrEqual(max + slack);
        },
      ),
    );
  });

  it('thins to the asked number of rows without losing a point or an extreme', () => {
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        (points, max) => {
          const thinned = thinRows(rowsOf(points), max);
          expect(thinned.length).toBeLessThanOrEqual(max + 1);
          expectRowCovers(mergeAll(thinned), 0, points);
        },
      ),
    );
  });
});
