import path from 'node:path';
import type { DataRow, Dataset } from '@/lib/datasets/dataset';
import { openDataset } from '@/lib/datasets/open-dataset';
import type { Env } from '@/lib/env';
import { answerColumns, type RecipeConfig } from '@/lib/recipes/recipe-config';
import { AppError } from '@/lib/shared/app-error';
import type { PreflightCheck } from './launch';

export type DataFacts = {
  readonly checks: readonly PreflightCheck[];
  /** Of the training data; null when it cannot be read. */
  readonly firstRow: DataRow | null;
};

/** Data files exist, can be read, and have the columns that the recipe names. */
export async function checkData(env: Env, entry: string, config: RecipeConfig): Promise<DataFacts> {
  const baseDirs = dataFolders(env, entry);
  const { prompt_key: promptKey } = config.data;
  const open = (
    files: readonly string[],
    setting: string,
    alsoRequired: ReturnType<typeof answerColumns> = [],
  ): Promise<Dataset> => openDataset(files, { baseDirs, promptKey, setting, alsoRequired });
  const validationFiles = config.validate?.data?.data_files ?? null;
  let firstRow: DataRow | null = null;
  const training = await check({ id: 'data', title: 'Training data', path: 'data.data_files' }, async () => {
    const dataset = await open(config.data.data_files, 'data.data_files', answerColumns(config));
    requireBatch(dataset, config);
    firstRow = await dataset.row(0);
    return describe(dataset);
  });
  if (validationFiles === null) return { checks: [training], firstRow };
  const title = { id: 'validation_data', title: 'Validation data', path: 'validate.data.data_files' };
  const validation = await check(title, async () =>
    describe(await open(validationFiles, 'validate.data.data_files')),
  );
  return { checks: [training, validation], firstRow };
}

/** Where a recipe's relative paths start, in the order in which they are tried. */
export function dataFolders(env: Env, entry: string): readonly string[] {
  return [path.join(env.recipesDir, path.posix.dirname(entry)), env.root];
}

function requireBatch(dataset: Dataset, { data }: RecipeConfig): void {
  if (!data.drop_last || dataset.count >= data.batch_size) return;
  throw new AppError(
    'unprocessable',
    `data.batch_size is ${data.batch_size} and data.drop_last is on, but there are only ${dataset.count} rows: no batch would ever be full. Lower data.batch_size or turn data.drop_last off.`,
  );
}

function describe(dataset: Dataset): string {
  const files = dataset.files.map((file) => path.basename(file)).join(', ');
  return `${dataset.count} rows in ${files}, columns ${dataset.columns.join(', ')}.`;
}

async function check(
  about: Pick<PreflightCheck, 'id' | 'title' | 'path'>,
  work: () => Promise<string>,
): Promise<PreflightCheck> {
  try {
    return { ...about, status: 'passed', detail: await work() };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...about, status: 'failed', detail: error.message };
  }
}
