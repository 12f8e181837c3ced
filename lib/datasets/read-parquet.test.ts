import { type AsyncBuffer, asyncBufferFromFile } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '@/lib/testing/test-folder';
import { openParquet, openParquetBuffer } from './read-parquet';

test('a row group that is too large is read in parts, in any order', async () => {
  const rows = 2000;
  const text = (row: number): string => `${row} `.padEnd(40_000, String(row % 10));
  const columnData = [
    { name: 'prompt', data: Array.from({ length: rows }, (_, row) => text(row)), type: 'STRING' as const },
    { name: 'turns', data: Array.from({ length: rows }, (_, row) => [{ row }]), type: 'JSON' as const },
  ];
  const file = path.join(await testFolder(), 'one-group.parquet');
  await writeFile(file, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: rows })));
  const table = await openParquet(file, 0);
  expect(table).toMatchObject({ count: rows });
  expect(table.blocks.length).toBeGreaterThan(2);
  const seen = new Set<unknown>();
  for (const index of [...table.blocks.keys()].toReversed()) {
    const { firstRow = -1, rows: count } = table.blocks[index] ?? {};
    const block = await table.readBlock(index);
    expect(block).toHaveLength(count ?? -1);
    for (const [place, row] of block.entries()) {
      expect(row['prompt'] === text(firstRow + place), `row ${firstRow + place}`).toBe(true);
      expect(row['turns']).toEqual([{ row: firstRow + place }]);
      seen.add(firstRow + place);
    }
  }
  expect(seen.size).toBe(rows);
});

/** 3,000 rows in one row group, pages of at most 256 rows without an index; pyarrow 26, data pages of version 1. */
const CONVERSATIONS = path.join(import.meta.dirname, 'fixtures/conversations.parquet');

test('of a large row group each block reads its own pages, and none reads the whole group', async () => {
  const { buffer, taken } = counting(await asyncBufferFromFile(CONVERSATIONS));
  const table = await openParquetBuffer(buffer, {
    file: CONVERSATIONS,
    bytes: buffer.byteLength,
    maxBlockBytes: 10_000,
  });
  expect(table.blocks.length).toBeGreaterThan(5);
  // the first block finds the pages, and reads lists once for that
  await table.readBlock(0);
  taken();
  const perBlock: number[] = [];
  for (const [index, { firstRow, rows }] of table.blocks.entries()) {
    const block = await table.readBlock(index);
    perBlock.push(taken());
    expect(block).toEqual(Array.from({ length: rows }, (_, place) => conversation(firstRow + place)));
  }
  const total = perBlock.reduce((sum, bytes) => sum + bytes, 0);
  expect(Math.max(...perBlock)).toBeLessThan(buffer.byteLength / 2);
  expect(total).toBeLessThan(buffer.byteLength * 3);
});

function conversation(row: number): unknown {
  const prompt = Array.from({ length: row % 5 }, (_, turn) => ({
    role: turn % 2 === 0 ? 'user' : 'assistant',
    content: `row ${row} turn ${turn}`,
  }));
  return { prompt, answer: row % 7 === 0 ? null : String(row) };
}

/** `taken` says how many bytes were asked for since it was last called. */
function counting(file: AsyncBuffer): { readonly buffer: AsyncBuffer; readonly taken: () => number } {
  let bytes = 0;
  return {
    buffer: {
      byteLength: file.byteLength,
      slice: (start, end = file.byteLength) => {
        bytes += end - start;
        return file.slice(start, end);
      },
    },
    taken: () => {
      const since = bytes;
      bytes = 0;
      return since;
    },
  };
}
