import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';
import { nearestName } from '@/lib/shared/nearest-name';
import type { Dataset } from './dataset';
import { plainJson } from './plain-json';
import { type ParquetTable, readParquet } from './read-parquet';

export type OpenDatasetOptions = {
  /** Where relative paths start, tried in order: the recipe's folder, then the repository's root. */
  readonly baseDirs: readonly string[];
  /** Column that must be there. */
  readonly promptKey: string;
  /** What messages call the setting that names the files. */
  readonly setting?: string;
};

type Source = { readonly file: string; readonly table: ParquetTable };

/** Rejects with an `AppError` that says which file or column is wrong and what to do. */
export async function openDataset(files: readonly string[], options: OpenDatasetOptions): Promise<Dataset> {
  const setting = options.setting ?? 'data.data_files';
  const sources: Source[] = [];
  for (const named of files) {
    const file = await findFile(named, { setting, baseDirs: options.baseDirs });
    sources.push({ file, table: await readTable(file, setting) });
  }
  const [first] = sources;
  if (first === undefined)
    throw new AppError('invalid_input', `${setting} names no file. Name at least one.`);
  const columns = first.table.columns.filter((name) =>
    sources.every(({ table }) => table.columns.includes(name)),
  );
  const dataset = datasetOf(sources, columns);
  for (const source of sources) {
    requireColumn(
      { columns: source.table.columns, files: [source.file] },
      options.promptKey,
      'data.prompt_key',
    );
  }
  if (dataset.count === 0) {
    throw new AppError(
      'unprocessable',
      `${setting}: ${dataset.files.join(', ')} has no rows. Name a file with data.`,
    );
  }
  return dataset;
}

/** Throws `AppError('unprocessable')` that names the columns which exist and the one nearest to what `setting` asks for. */
export function requireColumn(
  dataset: Pick<Dataset, 'columns' | 'files'>,
  column: string,
  setting: string,
): void {
  if (dataset.columns.includes(column)) return;
  const near = nearestName(column, dataset.columns);
  const hint = near === null ? '' : ` Did you mean ${setting}: ${near}?`;
  throw new AppError(
    'unprocessable',
    `${setting} names the column "${column}", which ${dataset.files.join(', ')} does not have. ` +
      `It has: ${dataset.columns.join(', ')}.${hint}`,
  );
}

function datasetOf(sources: readonly Source[], columns: readonly string[]): Dataset {
  const rows = sources.flatMap(({ table }) => table.rows);
  return {
    count: rows.length,
    columns,
    files: sources.map(({ file }) => file),
    row: (index) => {
      const row = rows[index];
      if (row === undefined)
        return Promise.reject(new RangeError(`There is no row ${index} of ${rows.length}.`));
      return Promise.resolve(
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainJson(value)])),
      );
    },
  };
}

async function findFile(
  named: string,
  { setting, baseDirs }: { readonly setting: string; readonly baseDirs: readonly string[] },
): Promise<string> {
  const candidates = path.isAbsolute(named) ? [named] : baseDirs.map((base) => path.resolve(base, named));
  for (const candidate of candidates) {
    const found = await stat(candidate).catch(() => null);
    if (found?.isFile()) return candidate;
  }
  throw new AppError(
    'not_found',
    `${setting} names ${named}, and there is no such file. Looked at: ${candidates.join(', ')}. ` +
      'Put the file there, or correct the path (relative paths start at the recipe folder).',
  );
}

async function readTable(file: string, setting: string): Promise<ParquetTable> {
  const ending = path.extname(file).toLowerCase();
  if (ending !== '.parquet') {
    throw new AppError(
      'invalid_input',
      `${setting} names ${file}. Galley reads .parquet files; convert the ${ending || 'file'} to Parquet.`,
    );
  }
  try {
    return await readParquet(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'unprocessable',
      `${setting}: ${file} cannot be read as a Parquet file (${reason}). Write it again, or name another file.`,
      { cause: error },
    );
  }
}
