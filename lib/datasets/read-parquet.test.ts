import { parquetWriteBuffer } from 'hyparquet-writer';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '@/lib/testing/test-folder';
import { openParquet } from './read-parquet';

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
