import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

export type ParquetTable = {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
};

/** Reads a whole file. Rejects with the reader's own error when it is damaged or no Parquet file. */
export async function readParquet(file: string): Promise<ParquetTable> {
  const buffer = await asyncBufferFromFile(file);
  const metadata = await parquetMetadataAsync(buffer);
  const columns = parquetSchema(metadata).children.map((child) => child.element.name);
  const rows: unknown = await parquetReadObjects({ file: buffer, metadata, compressors });
  return { columns, rows: Array.isArray(rows) ? rows.filter(isRow) : [] };
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
