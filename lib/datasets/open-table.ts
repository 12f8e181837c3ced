import { AppError } from '@/lib/shared/app-error';
import { type DataFormat, formatOf } from './data-format';
import { csvFormat } from './read-csv';
import { jsonlFormat } from './read-jsonl';
import { openParquet } from './read-parquet';
import { readTextTable } from './read-text-table';
import { BadDataError, type OpenTableOptions, type Table } from './table';
import { type FileVersion, versionOf } from './text-blocks';

/** Tables that this process has opened, newest last: a text file is read once however often it is asked about. */
const MAX_REMEMBERED = 64;
const remembered = new Map<string, Table>();

const FORMAT_NAMES: Readonly<Record<DataFormat, string>> = { parquet: 'Parquet', jsonl: 'JSONL', csv: 'CSV' };

export type NamedTableOptions = OpenTableOptions & {
  /** What messages call the setting that names the file. */
  readonly setting: string;
};

/** Rejects with an `AppError` that names the setting, the file and, in text, the line. */
export async function openTable(file: string, options: NamedTableOptions): Promise<Table> {
  const { setting } = options;
  const format = formatOf(file);
  if (format === null) {
    const ending = /\.[^./\\]+$/.exec(file)?.[0] ?? 'file';
    throw new AppError(
      'invalid_input',
      `${setting} names ${file}. Galley reads .parquet, .jsonl and .csv files; convert the ${ending} to Parquet.`,
    );
  }
  const version = await versionOf(file);
  const key = [file, version.bytes, version.mtimeMs, options.limitBytes ?? ''].join('\n');
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const table = await openAs(format, file, { ...options, version });
  remembered.set(key, table);
  const [oldest] = remembered.keys();
  if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  return table;
}

async function openAs(
  format: DataFormat,
  file: string,
  options: NamedTableOptions & { readonly version: FileVersion },
): Promise<Table> {
  try {
    if (format === 'parquet') return await openParquet(file, options.version.bytes);
    return await readTextTable(file, format === 'csv' ? csvFormat() : jsonlFormat(), options);
  } catch (error) {
    throw readingError(error, { file, format, setting: options.setting });
  }
}

/** A damaged file becomes an `AppError`; what was refused or cancelled already stays as it is. */
export function readingError(
  error: unknown,
  { file, format, setting }: { readonly file: string; readonly format: DataFormat; readonly setting: string },
): unknown {
  if (error instanceof AppError || (error instanceof Error && error.name === 'AbortError')) return error;
  if (error instanceof BadDataError) {
    const place = error.line === null ? file : `${file}:${error.line}`;
    return new AppError('unprocessable', `${setting}: ${place}: ${error.message}.`, { cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError(
    'unprocessable',
    `${setting}: ${file} cannot be read as a ${FORMAT_NAMES[format]} file (${reason}). Write it again, or name another file.`,
    { cause: error },
  );
}
