import type { DataRow } from './dataset';
import type { OpenTableOptions, Table, TableBlock, TableColumn } from './table';
import { type FileVersion, readSpan, type TextBlock, textBlocks, type TextBlockOptions } from './text-blocks';

/** How a text format turns a block into rows, with what it learns of the columns on the way. */
export type TextFormat = Omit<TextBlockOptions, 'signal'> & {
  readonly name: 'jsonl' | 'csv';
  /** Called for every block in order, once. Returns how many rows it has. Throws `BadDataError`. */
  scan(block: TextBlock): number;
  /** After the scan, in any order. */
  parse(block: TextBlock): readonly DataRow[];
  columns(): readonly TableColumn[];
};

type Block = TableBlock & Pick<TextBlock, 'span'>;

/** Reads the file once, block by block, and keeps the places of its blocks. Rejects with `BadDataError` at the first bad row. */
export async function readTextTable(
  file: string,
  format: TextFormat,
  { version, ...options }: OpenTableOptions & { readonly version: FileVersion },
): Promise<Table> {
  const blocks: Block[] = [];
  let count = 0;
  let isPartial = false;
  for await (const block of textBlocks(file, { ...format, ...options })) {
    const rows = format.scan(block);
    if (rows > 0) blocks.push({ firstRow: count, rows, bytes: block.bytes.length, span: block.span });
    count += rows;
    const { end } = block.span;
    options.onProgress?.(end / Math.max(1, version.bytes));
    isPartial = end < version.bytes && end >= (options.limitBytes ?? Infinity);
    if (isPartial) break;
  }
  return {
    file,
    format: format.name,
    bytes: version.bytes,
    count,
    isPartial,
    columns: format.columns(),
    blocks,
    readBlock: async (index) => {
      const block = blocks[index];
      if (block === undefined) throw new RangeError(`There is no block ${index} of ${blocks.length}.`);
      return format.parse({ bytes: await readSpan(file, block.span, version), span: block.span });
    },
  };
}
