import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { DataRow } from './dataset';
import type { Table, TableBlock } from './table';

/** A row group above this is read in parts, so that one of a gigabyte is never in memory whole. */
const MAX_BLOCK_BYTES = 32 * 1024 * 1024;

export type ParquetTable = {
  readonly columns: readonly string[];
  readonly rows: readonly DataRow[];
};

/** Reads a whole file. Rejects with the reader's own error when it is damaged or no Parquet file. */
export async function readParquet(file: string): Promise<ParquetTable> {
  const table = await openParquet(file, 0);
  const rows: DataRow[] = [];
  for (const index of table.blocks.keys()) rows.push(...(await table.readBlock(index)));
  return { columns: table.columns.map(({ name }) => name), rows };
}

/** Reads the footer only. Rejects with the reader's own error when the file is damaged or no Parquet file. */
export async function openParquet(file: string, bytes: number): Promise<Table> {
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(file));
  const blocks = blocksOf(metadata);
  const groups = createGroupSlices();
  return {
    file,
    format: 'parquet',
    bytes,
    count: Number(metadata.num_rows),
    isPartial: false,
    columns: parquetSchema(metadata).children.map((child) => ({
      name: child.element.name,
      declared: declaredType(child),
    })),
    bytesAtOnce: Math.max(0, ...metadata.row_groups.map(bytesAtOnce)),
    blocks,
    readBlock: async (index) => {
      const block = blocks[index];
      if (block === undefined) throw new RangeError(`There is no block ${index} of ${blocks.length}.`);
      const [rowStart, rowEnd] = [block.firstRow, block.firstRow + block.rows];
      const buffer = await asyncBufferFromFile(file);
      const rows: unknown = await parquetReadObjects({
        file: block.isPart ? groups.of(block.group, buffer) : buffer,
        metadata,
        compressors,
        rowStart,
        rowEnd,
        useOffsetIndex: true,
      });
      return Array.isArray(rows) ? rows.filter(isRow) : [];
    },
  };
}

type Block = TableBlock & {
  /** Row group, and whether the block is a part of one that is fetched whole. */
  readonly group: number;
  readonly isPart: boolean;
};

function blocksOf(metadata: FileMetaData): readonly Block[] {
  let firstRow = 0;
  return metadata.row_groups.flatMap((group, index) => {
    const rows = Number(group.num_rows);
    const bytes = Number(group.total_byte_size);
    const parts = Math.min(rows, Math.max(1, Math.ceil(bytes / MAX_BLOCK_BYTES)));
    const size = Math.ceil(rows / Math.max(1, parts));
    const blocks: Block[] = [];
    for (let start = 0; start < rows; start += size) {
      const share = Math.min(size, rows - start);
      blocks.push({
        firstRow: firstRow + start,
        rows: share,
        bytes: Math.round(bytes / parts),
        group: index,
        isPart: parts > 1 && bytesAtOnce(group) > 0,
      });
    }
    firstRow += rows;
    return blocks;
  });
}

/** Without an index of its pages a column of a row group is fetched whole, whatever part of it is wanted. */
function bytesAtOnce({ columns }: FileMetaData['row_groups'][number]): number {
  let bytes = 0;
  for (const { offset_index_offset, meta_data } of columns) {
    if (offset_index_offset === undefined) bytes += Number(meta_data?.total_compressed_size ?? 0);
  }
  return bytes;
}

/**
 * The bytes of one row group at a time. A column without a page index is fetched whole for each part, and is in memory
 * then anyway: kept until another group is asked for, it is read from disk once.
 */
function createGroupSlices() {
  let group = -1;
  let slices = new Map<string, ReturnType<AsyncBuffer['slice']>>();
  return {
    of: (wanted: number, buffer: AsyncBuffer): AsyncBuffer => {
      if (wanted !== group) slices = new Map();
      group = wanted;
      const kept = slices;
      return {
        byteLength: buffer.byteLength,
        slice: (start, end) => {
          const key = `${start}-${end ?? ''}`;
          const known = kept.get(key);
          if (known !== undefined) return known;
          const slice = buffer.slice(start, end);
          kept.set(key, slice);
          return slice;
        },
      };
    },
  };
}

const PLAIN_TYPES: Readonly<Record<string, string>> = {
  BOOLEAN: 'boolean',
  INT32: 'int32',
  INT64: 'int64',
  INT96: 'timestamp',
  FLOAT: 'float',
  DOUBLE: 'double',
  BYTE_ARRAY: 'binary',
  FIXED_LEN_BYTE_ARRAY: 'binary',
};

/** The type in the words of Arrow and pandas users: `string`, `int64`, `list<struct<role, content>>`. */
function declaredType({ element, children }: SchemaTree): string {
  const logical = element.logical_type?.type ?? element.converted_type ?? '';
  if (logical === 'LIST' || element.repetition_type === 'REPEATED') return `list<${itemType(children)}>`;
  if (logical === 'MAP') return 'map';
  if (children.length > 0) return `struct<${children.map((child) => child.element.name).join(', ')}>`;
  return LOGICAL_TYPES[logical] ?? logicalFamily(logical) ?? PLAIN_TYPES[element.type ?? ''] ?? 'unknown';
}

const LOGICAL_TYPES: Readonly<Record<string, string>> = { UTF8: 'string', STRING: 'string', ENUM: 'string' };

function logicalFamily(logical: string): string | null {
  if (/^(JSON|BSON|UUID|DATE|DECIMAL|FLOAT16)$/.test(logical)) return logical.toLowerCase();
  return logical.startsWith('TIMESTAMP') ? 'timestamp' : null;
}

/** What a list holds; between the list and its items stands one group of no meaning. */
function itemType(children: readonly SchemaTree[]): string {
  const [group] = children;
  const item = group?.children.length === 1 ? group.children[0] : group;
  return item === undefined ? '' : declaredType(item);
}

function isRow(value: unknown): value is DataRow {
  return typeof value === 'object' && value !== null;
}
