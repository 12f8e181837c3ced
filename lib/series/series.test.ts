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
import { mergeRows, rowOfPoint, type SeriesPoint, type SeriesRow } from './series-row';
import { thinRows } from './thin-rows';

const value = fc.oneof(
  { weight: 8, arbitrary: fc.double({ noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, -0, Number.MAX_VALUE) },
);
const point: fc.Arbitrary<SeriesPoint> = fc.record({
  step: fc.nat(1_000_000),
  time: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  value,
});

/** Builds a pyramid in pieces, keeping blocks in a map as the store does. */
function build(pieces: readonly (readonly SeriesPoint[])[]): ReadonlyMap<string, SeriesBlock> {
  const blocks = new Map<string, SeriesBlock>();
  let points = 0;
  for (const piece of pieces) {
    const tail = tailBlocks(points).flatMap(({ level, index }) => blocks.get(`${level}/${index}`) ?? []);
    for (const block of appendToPyramid(points, tail, piece.map(rowOfPoint))) {
      blocks.set(`${block.level}/${block.index}`, block);
    }
    points += piece.length;
  }
  return blocks;
}

function levelOf(blocks: ReadonlyMap<string, SeriesBlock>, level: number): readonly SeriesRow[] {
  return [...blocks.values()]
    .filter((block) => block.level === level)
    .toSorted((a, b) => a.index - b.index)
    .flatMap(({ rows }) => rows);
}

/** Cheap deterministic points, some of them not finite, for long series. */
function manyPoints(count: number): readonly SeriesPoint[] {
  return Array.from({ length: count }, (_, step) => ({
    step,
    time: 1_700_000_000_000 + step * 137,
    value: step % 97 === 0 ? NaN : step % 1013 === 0 ? Infinity : Math.sin(step * 12.9898) * 43758.5453,
  }));
}

function expectRowCovers(row: SeriesRow, points: readonly SeriesPoint[]): void {
  const numbers = points.map((each) => each.value).filter((each) => !Number.isNaN(each));
  expect(row.count).toBe(points.length);
  expect(row.nans).toBe(points.length - numbers.length);
  expect(row.min).toBe(numbers.length === 0 ? NaN : Math.min(...numbers));
  expect(row.max).toBe(numbers.length === 0 ? NaN : Math.max(...numbers));
  expect(row.last).toBe(points.at(-1)?.value);
  expect(row.time).toBe(points.at(-1)?.time);
  expect(row.minStep).toBe(Math.min(...points.map(({ step }) => step)));
  expect(row.maxStep).toBe(Math.max(...points.map(({ step }) => step)));
}

describe('packing', () => {
  it('gives back every point bit for bit', () => {
    fc.assert(
      fc.property(fc.array(point, { maxLength: BLOCK_ROWS }), (points) => {
        const rows = points.map(rowOfPoint);
        expect(unpackRows(packRows(rows))).toEqual(rows);
      }),
    );
  });

  it('gives back every merged row bit for bit', () => {
    fc.assert(
      fc.property(fc.array(fc.array(point, { minLength: 1, maxLength: 20 }), { maxLength: 40 }), (groups) => {
        const rows = groups.map((group) => mergeRows(group.map(rowOfPoint)));
        expect(unpackRows(packRows(rows))).toEqual(rows);
      }),
    );
  });

  it('takes about eleven bytes for a point of a steady series', () => {
    const bytes = packRows(manyPoints(BLOCK_ROWS).map(rowOfPoint));
    expect(bytes.length / BLOCK_ROWS).toBeLessThan(11.5);
  });

  it('refuses bytes that it did not write', () => {
    expect(() => unpackRows(new Uint8Array([9, 1, 2]))).toThrow(RangeError);
    expect(() => unpackRows(packRows(manyPoints(3).map(rowOfPoint)).slice(0, 10))).toThrow(RangeError);
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
        rows.forEach((row, index) => {
          if (index % step === 0 || index === rows.length - 1) {
            expectRowCovers(row, points.slice(index * span, (index + 1) * span));
          }
        });
        expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(count);
      }
      expect(levelOf(blocks, topLevel(count)).length).toBeLessThanOrEqual(BLOCK_ROWS);
    },
  );
});

describe('merging', () => {
  it('keeps extremes, counts and the last value, whatever is merged first', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 60 }), fc.nat(60), (points, cut) => {
        const rows = points.map(rowOfPoint);
        const left = rows.slice(0, cut);
        const right = rows.slice(cut);
        const parts = [left, right].filter((part) => part.length > 0).map(mergeRows);
        expectRowCovers(mergeRows(parts), points);
        expectRowCovers(mergeRows(rows), points);
      }),
    );
  });

  it('has a mean between the extremes, also near the largest double', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 60 }),
        (values) => {
          const row = mergeRows(values.map((each, step) => rowOfPoint({ step, time: step, value: each })));
          const slack = Math.max(Math.abs(row.min), Math.abs(row.max)) * 1e-12;
          expect(row.mean).toBeGreaterThanOrEqual(row.min - slack);
          expect(row.mean).toBeLessThanOrEqual(row.max + slack);
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
          const thinned = thinRows(points.map(rowOfPoint), max);
          expect(thinned.length).toBeLessThanOrEqual(max + 1);
          expectRowCovers(mergeRows(thinned), points);
        },
      ),
    );
  });
});
