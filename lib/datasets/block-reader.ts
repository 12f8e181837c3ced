import type { DataRow } from './dataset';
import type { Table } from './table';

/** Uncompressed bytes of the blocks that are kept; rows take a few times that in memory. */
const MAX_KEPT_BYTES = 128 * 1024 * 1024;

type Waiting = {
  readonly row: number;
  readonly give: (row: DataRow) => void;
  readonly fail: (error: unknown) => void;
};
type Kept = { readonly rows: readonly DataRow[]; readonly bytes: number };

/** The blocks of one file, or of several one after the other. */
export type Blocks = Pick<Table, 'blocks' | 'readBlock'>;

/** Rows by their number, whatever the order. */
export type BlockReader = { row(index: number): Promise<DataRow> };

/**
 * Reads one block at a time, and answers everybody who waits for a row of it: a shuffled batch reads each block that it
 * touches once, and memory holds `MAX_KEPT_BYTES` of blocks and the one being read.
 */
export function createBlockReader(table: Blocks, maxKeptBytes = MAX_KEPT_BYTES): BlockReader {
  const kept = new Map<number, Kept>();
  const waiting = new Map<number, Waiting[]>();
  let isReading = false;

  function keep(block: number, rows: readonly DataRow[]): void {
    kept.set(block, { rows, bytes: table.blocks[block]?.bytes ?? 0 });
    let bytes = [...kept.values()].reduce((sum, each) => sum + each.bytes, 0);
    for (const [oldest, each] of kept) {
      if (bytes <= maxKeptBytes || oldest === block) break;
      kept.delete(oldest);
      bytes -= each.bytes;
    }
  }
  async function readWaiting(): Promise<void> {
    for (let [block] = waiting.keys(); block !== undefined; [block] = waiting.keys()) {
      try {
        const rows = await table.readBlock(block);
        keep(block, rows);
        for (const each of takeWaiting(block)) answer(rows, each);
      } catch (error) {
        for (const each of takeWaiting(block)) each.fail(error);
      }
    }
  }
  function takeWaiting(block: number): readonly Waiting[] {
    const all = waiting.get(block) ?? [];
    waiting.delete(block);
    return all;
  }
  function answer(rows: readonly DataRow[], { row, give, fail }: Waiting): void {
    const found = rows[row];
    if (found === undefined) fail(new RangeError(`The block has no row ${row}, only ${rows.length}.`));
    else give(found);
  }
  return {
    row: (index) => {
      const block = blockOf(table, index);
      const row = index - (table.blocks[block]?.firstRow ?? 0);
      const known = kept.get(block);
      return new Promise((give, fail) => {
        const asked = { row, give, fail };
        if (known !== undefined) {
          // the newest use goes last: the oldest is dropped first
          kept.delete(block);
          kept.set(block, known);
          answer(known.rows, asked);
          return;
        }
        waiting.set(block, [...(waiting.get(block) ?? []), asked]);
        if (isReading) return;
        isReading = true;
        void readWaiting().finally(() => (isReading = false));
      });
    },
  };
}

/** The block that holds a row, by bisection. */
function blockOf({ blocks }: Blocks, row: number): number {
  let low = 0;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((blocks[middle]?.firstRow ?? 0) <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}
