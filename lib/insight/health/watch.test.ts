import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findEpisodes } from './watch';

const HYSTERESIS = { hold: 3, release: 4 };
type Verdict = 'bad' | 'well' | 'between';

test('it takes bad points in a row to begin, and well ones in a row to end', () => {
  expect(episodes('wwbbwbbbwbwwww')).toEqual([{ begin: 5, last: 9, end: 10 }]);
  expect(episodes('wbbb')).toEqual([{ begin: 1, last: 3, end: null }]);
  expect(episodes('bbwbbwbbw')).toEqual([]);
});

test('what is neither bad nor well neither begins an episode nor ends one', () => {
  expect(episodes('bb-bb--')).toEqual([]);
  expect(episodes('bbb--ww-ww')).toEqual([{ begin: 0, last: 2, end: null }]);
});

test('episodes follow each other without touching, each long enough, and all but the last are over', () => {
  const verdicts = fc.array(fc.constantFrom<Verdict>('bad', 'well', 'between'), { maxLength: 200 });
  fc.assert(
    fc.property(verdicts, (given) => {
      const found = findEpisodes(given.length, (point) => given[point] ?? 'well', HYSTERESIS);
      found.forEach(({ begin, last, end }, index) => {
        expect(last - begin + 1).toBeGreaterThanOrEqual(HYSTERESIS.hold);
        expect(given[begin]).toBe('bad');
        expect(given[last]).toBe('bad');
        if (end === null) expect(index).toBe(found.length - 1);
        else expect(begin + HYSTERESIS.hold).toBeLessThanOrEqual(end);
        const next = found[index + 1];
        if (next !== undefined && end !== null)
          expect(next.begin).toBeGreaterThanOrEqual(end + HYSTERESIS.release);
      });
    }),
  );
});

test('a longer series only continues the history: what is over stays as it was told', () => {
  const verdicts = fc.array(fc.constantFrom<Verdict>('bad', 'well', 'between'), {
    minLength: 1,
    maxLength: 120,
  });
  fc.assert(
    fc.property(verdicts, fc.nat(), (given, cut) => {
      const all = findEpisodes(given.length, (point) => given[point] ?? 'well', HYSTERESIS);
      const before = findEpisodes(cut % given.length, (point) => given[point] ?? 'well', HYSTERESIS);
      const over = before.filter(({ end }) => end !== null);
      expect(all.slice(0, over.length)).toEqual(over);
    }),
  );
});

function episodes(text: string) {
  const words: Readonly<Record<string, Verdict>> = { b: 'bad', w: 'well', '-': 'between' };
  return findEpisodes(text.length, (point) => words[text[point] ?? '-'] ?? 'between', HYSTERESIS);
}
