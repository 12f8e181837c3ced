import {
  type AsyncBuffer,
  type ColumnChunk,
  type ColumnMetaData,
  readOffsetIndex,
  type SchemaTree,
} from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { compressors } from 'hyparquet-compressors';

/** Read for headers at a time; a header that is longer (long minima and maxima) is read again with more. */
const WINDOW_BYTES = 64 * 1024;

/** Pages that stand together and begin with a new row, in the terms of Parquet's OffsetIndex; sizes include headers. */
export type PageLocation = ReturnType<typeof readOffsetIndex>['page_locations'][number];
export type Column = { readonly meta: ColumnMetaData; readonly pages: readonly PageLocation[] };

/**
 * Where the pages of a column of a row group are and with which row each begins: from the file's page index, or from
 * the headers of the pages. Only of lists in pages of version 1 the pages themselves are read, one at a time, since
 * nothing else says how many rows they hold.
 */
export async function locatePages(
  file: AsyncBuffer,
  { meta_data: meta, offset_index_offset: indexAt, offset_index_length: indexBytes }: ColumnChunk,
  path: readonly SchemaTree[],
): Promise<Column> {
  if (meta === undefined) throw new Error('a column has no metadata');
  if (indexAt !== undefined && indexBytes !== undefined && indexBytes > 0) {
    const bytes = await file.slice(Number(indexAt), Number(indexAt) + indexBytes);
    return { meta, pages: readOffsetIndex({ view: new DataView(bytes), offset: 0 }).page_locations };
  }
  const pages: PageLocation[] = [];
  let row = 0;
  for await (const page of walkPages(file, meta)) {
    const { rows, isContinued } = await rowsOf(page, { file, meta, path });
    const last = pages.at(-1);
    if (last !== undefined && isContinued) last.compressed_page_size += page.bytes;
    else {
      pages.push({
        offset: BigInt(page.start),
        compressed_page_size: page.bytes,
        first_row_index: BigInt(row),
      });
    }
    row += rows;
  }
  return { meta, pages };
}

/** Bytes of the file that a column of a row group takes; a dictionary comes first. */
export function rangeOf(meta: ColumnMetaData): { readonly startByte: number; readonly endByte: number } {
  const startByte = Number(meta.dictionary_page_offset ?? 0) || Number(meta.data_page_offset);
  return { startByte, endByte: startByte + Number(meta.total_compressed_size) };
}

type Header = ReturnType<typeof parquetHeader>;
type Page = { readonly header: Header; readonly start: number; readonly bytes: number };

/** The data pages of a column, in order; `bytes` includes the header. */
async function* walkPages(file: AsyncBuffer, meta: ColumnMetaData): AsyncGenerator<Page> {
  const { startByte, endByte } = rangeOf(meta);
  const readHeader = createHeaderReader(file, endByte);
  let start = startByte;
  while (start < endByte) {
    const { header, length } = await readHeader(start);
    const bytes = length + header.compressed_page_size;
    if (header.type !== 'DICTIONARY_PAGE') yield { header, start, bytes };
    start += bytes;
  }
}

/** Keeps the bytes around the last header: the headers of small pages stand close together. */
function createHeaderReader(file: AsyncBuffer, end: number) {
  let windowStart = 0;
  let window = new ArrayBuffer(0);

  function parse(start: number): { readonly header: Header; readonly length: number } | null {
    const offset = start - windowStart;
    if (offset < 0 || offset >= window.byteLength) return null;
    const reader = { view: new DataView(window), offset };
    try {
      return { header: parquetHeader(reader), length: reader.offset - offset };
    } catch (error) {
      if (windowStart + window.byteLength < end) return null; // cut short, perhaps
      throw error;
    }
  }
  return async (start: number): Promise<{ readonly header: Header; readonly length: number }> => {
    for (let size = WINDOW_BYTES; ; size *= 4) {
      const found = parse(start);
      if (found !== null) return found;
      window = await file.slice(start, Math.min(end, start + size));
      windowStart = start;
    }
  };
}

type RowsOf = {
  readonly file: AsyncBuffer;
  readonly meta: ColumnMetaData;
  readonly path: readonly SchemaTree[];
};

/** Rows that begin in a page, and whether it begins inside the last row of the page before. */
async function rowsOf(
  { header, start, bytes }: Page,
  { file, meta, path }: RowsOf,
): Promise<{ readonly rows: number; readonly isContinued: boolean }> {
  if (header.data_page_header_v2 !== undefined) {
    return { rows: header.data_page_header_v2.num_rows, isContinued: false };
  }
  const values = header.data_page_header?.num_values ?? 0;
  const level = getMaxRepetitionLevel([...path]);
  if (level === 0) return { rows: values, isContinued: false };
  const data = new Uint8Array(await file.slice(start + bytes - header.compressed_page_size, start + bytes));
  const page = decompressPage(data, header.uncompressed_page_size, meta.codec, compressors);
  const levels = new Uint8Array(values);
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  readRleBitPackedHybrid({ view, offset: 0 }, 32 - Math.clz32(level), levels);
  let rows = 0;
  for (const each of levels) if (each === 0) rows += 1;
  return { rows, isContinued: (levels[0] ?? 0) > 0 };
}
