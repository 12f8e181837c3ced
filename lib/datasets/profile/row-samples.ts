import type { SampleRow } from '@/lib/domain/data-profile';
import { createRandom } from '@/lib/rl/seeded-random';
import type { DataRow } from '../dataset';
import { textOf } from './column-stats';

const FIRST_ROWS = 5;
const RANDOM_ROWS = 8;
const MAX_CELL_CHARACTERS = 2000;
/** The same rows are shown each time. */
const SEED = 42;

/** The first rows and, of the rest, a uniform choice (reservoir sampling). */
export function createRowSamples() {
  const random = createRandom(SEED);
  const first: SampleRow[] = [];
  const chosen: SampleRow[] = [];
  return {
    add: (row: DataRow, index: number): void => {
      if (index < FIRST_ROWS) {
        first.push(sampleOf(row, index));
        return;
      }
      const place =
        chosen.length < RANDOM_ROWS ? chosen.length : Math.floor(random() * (index - FIRST_ROWS + 1));
      if (place < RANDOM_ROWS) chosen[place] = sampleOf(row, index);
    },
    samples: () => ({ first: [...first], random: chosen.toSorted((a, b) => a.row - b.row) }),
  };
}

function sampleOf(row: DataRow, index: number): SampleRow {
  return {
    row: index,
    cells: Object.entries(row).map(([column, value]) => {
      const text = textOf(value);
      return { column, text: text.slice(0, MAX_CELL_CHARACTERS), isCut: text.length > MAX_CELL_CHARACTERS };
    }),
  };
}
