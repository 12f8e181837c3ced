import { AppError } from '@/lib/shared/app-error';
import { nearestName } from '@/lib/shared/nearest-name';
import { type Blocks, createBlockReader } from './block-reader';
import type { Dataset } from './dataset';
import { findDataFiles } from './find-data-files';
import { openTable, readingError } from './open-table';
import { plainJson } from './plain-json';
import type { Table, TableBlock } from './table';

export type OpenDatasetOptions = {
  /** Where relative paths start, tried in order: the recipe's folder, then the repository's root. */
  readonly baseDirs: readonly string[];
  /** Column that every file must have. */
  readonly promptKey: string;
  /** Further columns that every file must have, with the setting that asks for each. */
  readonly alsoRequired?: readonly { readonly column: string; readonly setting: string }[];
  /** What messages call the setting that names the files. */
  readonly setting?: string;
};

/** Rejects with an `AppError` that says which file or column is wrong and what to do. */
export async function openDataset(files: readonly string[], options: OpenDatasetOptions): Promise<Dataset> {
  const setting = options.setting ?? 'data.data_files';
  const tables: Table[] = [];
  for (const named of files) {
    const found = await findDataFiles(named, { setting, baseDirs: options.baseDirs });
    for (const file of found) tables.push(await openTable(file, { setting }));
  }
  if (tables.length === 0) {
    throw new AppError('invalid_input', `${setting} names no file. Name at least one.`);
  }
  const dataset = datasetOf(tables, setting);
  if (dataset.count === 0) {
    throw new AppError(
      'unprocessable',
      `${setting}: ${dataset.files.join(', ')} has no rows. Name a file with data.`,
    );
  }
  for (const { file, columns, count } of tables) {
    if (count === 0) continue;
    const names = columns.map(({ name }) => name);
    const required = [
      { column: options.promptKey, setting: 'data.prompt_key' },
      ...(options.alsoRequired ?? []),
    ];
    for (const each of required) requireColumn({ columns: names, files: [file] }, each.column, each.setting);
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

/** Files one under the other; a column that a row's file does not have is null. */
function datasetOf(tables: readonly Table[], setting: string): Dataset {
  const columns = [...new Set(tables.flatMap((table) => table.columns.map(({ name }) => name)))];
  const blocks = joinTables(tables, setting);
  const reader = createBlockReader(blocks);
  const count = tables.reduce((sum, table) => sum + table.count, 0);
  return {
    count,
    columns,
    files: tables.map(({ file }) => file),
    row: async (index) => {
      if (!Number.isInteger(index) || index < 0 || index >= count) {
        throw new RangeError(`There is no row ${index} of ${count}.`);
      }
      const row = await reader.row(index);
      return Object.fromEntries(columns.map((name) => [name, plainJson(row[name])]));
    },
  };
}

function joinTables(tables: readonly Table[], setting: string): Blocks {
  const blocks: TableBlock[] = [];
  const places: { readonly table: Table; readonly block: number }[] = [];
  let firstRow = 0;
  for (const table of tables) {
    for (const [block, each] of table.blocks.entries()) {
      blocks.push({ ...each, firstRow: firstRow + each.firstRow });
      places.push({ table, block });
    }
    firstRow += table.count;
  }
  return {
    blocks,
    readBlock: async (index) => {
      const place = places[index];
      if (place === undefined) throw new RangeError(`There is no block ${index} of ${places.length}.`);
      try {
        return await place.table.readBlock(place.block);
      } catch (error) {
        throw readingError(error, { ...place.table, setting });
      }
    },
  };
}
