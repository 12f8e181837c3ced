import { createHash } from 'node:crypto';
import { parquetWriteBuffer } from 'hyparquet-writer';

const BELOW = 30;
/** Of 256: about an eighth of the pairs are held out. */
const TEST_BYTES = 32;

type Row = { readonly prompt: string; readonly answer: string; readonly difficulty: string };

/**
 * The data that a new recipe starts with: sums of two numbers below 30, the same bytes whenever they are made. A pair
 * and its mirror image (2+9, 9+2) are on one side, so that train and test share no task.
 */
export function makeSums(): ReadonlyMap<string, Uint8Array> {
  const train: Row[] = [];
  const test: Row[] = [];
  for (let a = 0; a < BELOW; a += 1) {
    for (let b = 0; b < BELOW; b += 1) {
      const pair = `${Math.min(a, b)}+${Math.max(a, b)}`;
      const [byte = 0] = createHash('sha256').update(pair).digest();
      const row = {
        prompt: `What is ${a}+${b}?`,
        answer: String(a + b),
        difficulty: a < 10 && b < 10 ? 'easy' : 'hard',
      };
      (byte < TEST_BYTES ? test : train).push(row);
    }
  }
  return new Map([
    ['train.parquet', parquetOf(train)],
    ['test.parquet', parquetOf(test)],
  ]);
}

function parquetOf(rows: readonly Row[]): Uint8Array {
  const names = ['prompt', 'answer', 'difficulty'] as const;
  const columnData = names.map((name) => ({
    name,
    data: rows.map((row) => row[name]),
    type: 'STRING' as const,
    nullable: false,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
