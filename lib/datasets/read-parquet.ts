import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { assembleAsync, asyncGroupToRows, readRowGroup } from 'hyparquet/src/rowgroup.js';
import { getTreePath } from 'hyparquet/src/schema.js';
import { compressors } from 'hyparquet-compressors';
import type { DataRow } from './dataset';
import { type Column, locatePages, rangeOf } from './parquet-pages';
import type { Table, TableBlock } from './table';

/** A row group above this is read in parts, so that one of a gigabyte is never in memory whole. */
const MAX_BLOCK_BYTES = 16 * 1024 * 1024;

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
  return await openParquetBuffer(await asyncBufferFromFile(file), { file, bytes });
}

/** As `openParquet`, of bytes that come from anywhere; each request for bytes is a part of one column. */
export async function openParquetBuffer(
  buffer: AsyncBuffer,
  { file, bytes, maxBlockBytes = MAX_BLOCK_BYTES }: BufferPlace,
): Promise<Table> {
  const metadata = await parquetMetadataAsync(buffer);
  const blocks = blocksOf(metadata, maxBlockBytes);
  const readPart = createPartReader(buffer, metadata);
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
    blocks,
    readBlock: async (index) => {
      const block = blocks[index];
      if (block === undefined) throw new RangeError(`There is no block ${index} of ${blocks.length}.`);
      if (block.isPart) return (await readPart(block)).filter(isRow);
      const [rowStart, rowEnd] = [block.firstRow, block.firstRow + block.rows];
      const rows: unknown = await parquetReadObjects({
        file: buffer,
        metadata,
        compressors,
        rowStart,
        rowEnd,
      });
      return Array.isArray(rows) ? rows.filter(isRow) : [];
    },
  };
}

type BufferPlace = Pick<Table, 'file' | 'bytes'> & { readonly maxBlockBytes?: number };

type Block = TableBlock & {
  /** Row group, its first row in the file, and whether the block is a part of it only. */
  readonly group: number;
  readonly groupStart: number;
  readonly isPart: boolean;
};

function blocksOf(metadata: FileMetaData, maxBlockBytes: number): readonly Block[] {
  let groupStart = 0;
  return metadata.row_groups.flatMap((group, index) => {
    const rows = Number(group.num_rows);
    const bytes = Number(group.total_byte_size);
    const parts = Math.min(rows, Math.max(1, Math.ceil(bytes / maxBlockBytes)));
    const size = Math.ceil(rows / Math.max(1, parts));
    const blocks: Block[] = [];
    for (let start = 0; start < rows; start += size) {
      blocks.push({
        firstRow: groupStart + start,
        rows: Math.min(size, rows - start),
        bytes: Math.round(bytes / parts),
        group: index,
        groupStart,
        isPart: parts > 1,
      });
    }
    groupStart += rows;
    return blocks;
  });
}

/** Reads of each column the pages that a block touches, which are found once for each row group. */
function createPartReader(file: AsyncBuffer, metadata: FileMetaData) {
  const schema = parquetSchema(metadata);
  const located = new Map<number, Promise<readonly Column[]>>();

  function columnsOf(group: number): Promise<readonly Column[]> {
    const known = located.get(group);
    if (known !== undefined) return known;
    const found = locateColumns(file, metadata.row_groups[group], schema);
    located.set(group, found);
    found.catch(() => located.delete(group));
    return found;
  }
  return async ({ group, groupStart, firstRow, rows }: Block): Promise<readonly unknown[]> => {
    const rowGroup = metadata.row_groups[group];
    if (rowGroup === undefined) throw new RangeError(`There is no row group ${group}.`);
    const selectStart = firstRow - groupStart;
    const plan = {
      rowGroup,
      groupStart,
      groupRows: Number(rowGroup.num_rows),
      selectStart,
      selectEnd: selectStart + rows,
      chunks: (await columnsOf(group)).map(({ meta, pages }) => ({
        columnMetadata: meta,
        pageLocations: [...pages],
        range: rangeOf(meta),
      })),
    };
    const queryPlan = { metadata, rowStart: 0, fetches: [], groups: [plan] };
    const read = assembleAsync(readRowGroup({ file, metadata, compressors }, queryPlan, plan), schema);
    return await asyncGroupToRows(read, selectStart, selectStart + rows, undefined, 'object');
  };
}

async function locateColumns(
  file: AsyncBuffer,
  group: FileMetaData['row_groups'][number] | undefined,
  schema: SchemaTree,
): Promise<readonly Column[]> {
  const columns: Column[] = [];
  // one column after the other: memory holds one page
  for (const chunk of group?.columns ?? []) {
    const path = getTreePath(schema, chunk.meta_data?.path_in_schema ?? []);
    columns.push(await locatePages(file, chunk, path));
  }
  return columns;
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
