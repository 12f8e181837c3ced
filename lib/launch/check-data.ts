import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { DataRow, Dataset } from '@/lib/datasets/dataset';
import { openDataset } from '@/lib/datasets/open-dataset';
import { profileData } from '@/lib/datasets/profile/profile-data';
import type { DataFinding, DataProfile } from '@/lib/domain/data-profile';
import type { Env } from '@/lib/env';
import { dataPlanOf } from '@/lib/recipes/data-plan';
import { answerColumns, RecipeConfig } from '@/lib/recipes/recipe-config';
import { stageConfigs } from '@/lib/recipes/stages';
import { isSameData } from '@/lib/shared/same-data';
import { AppError } from '@/lib/shared/app-error';
import type { PreflightCheck } from './launch';

export type DataFacts = {
  readonly checks: readonly PreflightCheck[];
  /** Of the training data; none when it cannot be read. */
  readonly firstRows: readonly DataRow[];
  /** Null when the files cannot be read. */
  readonly profile: DataProfile | null;
};

/** Rows that recipe code is tried with. */
const TRIED_ROWS = 8;
/** Above this a launch looks at the beginning of the files only; it must not take minutes. */
const MAX_READ_BYTES = 16 * 1024 * 1024;

/** Data files exist, can be read, have the columns that the recipe names, and hold no finding of `galley data check`. */
export async function checkData(env: Env, entry: string, config: RecipeConfig): Promise<DataFacts> {
  const baseDirs = dataFolders(env, entry);
  const { prompt_key: promptKey } = config.data;
  const held = config.validate?.data;
  const validationFiles = held?.data_files ?? null;
  let firstRows: readonly DataRow[] = [];
  const training = await check({ id: 'data', title: 'Training data', path: 'data.data_files' }, async () => {
    const alsoRequired = answerColumns(config);
    const dataset = await openDataset(config.data.data_files, { baseDirs, promptKey, alsoRequired });
    requireBatch(dataset, config);
    firstRows = await rowsOf(dataset);
    return dataset;
  });
  const opened = [training, ...(await openStages(config, baseDirs))];
  if (validationFiles !== null) {
    const title = { id: 'validation_data', title: 'Validation data', path: 'validate.data.data_files' };
    const options = {
      baseDirs,
      promptKey: held?.prompt_key ?? promptKey,
      setting: 'validate.data.data_files',
    };
    opened.push(await check(title, () => openDataset(validationFiles, options)));
  }
  if (opened.some(({ dataset }) => dataset === null))
    return { checks: opened.map((each) => each.check), firstRows, profile: null };
  const found = await findingsOf(env, entry, {
    config,
    files: opened.flatMap((each) => each.dataset?.files ?? []),
  });
  return { checks: opened.map((each) => withFindings(each, found)), firstRows, profile: found.profile };
}

function rowsOf(dataset: Dataset): Promise<readonly DataRow[]> {
  const count = Math.min(dataset.count, TRIED_ROWS);
  return Promise.all(Array.from({ length: count }, (_, index) => dataset.row(index)));
}

/** The files that stages name; each stage is read as the recipe with its changes. */
async function openStages(config: RecipeConfig, baseDirs: readonly string[]): Promise<readonly Opened[]> {
  const opened: Opened[] = [];
  for (const [index, stage] of stageConfigs(config).entries()) {
    const own = RecipeConfig.safeParse(stage);
    const setting = `stages[${index}].data.data_files`;
    // what the schema refuses the rules have said
    if (!own.success || isSameData(own.data.data, config.data)) continue;
    const { data } = own.data;
    const about = {
      id: `data_stage_${index + 1}`,
      title: `Training data, ${String(config.stages?.[index]?.name)}`,
      path: setting,
    };
    opened.push(
      await check(about, async () => {
        const options = {
          baseDirs,
          promptKey: data.prompt_key,
          alsoRequired: answerColumns(own.data),
          setting,
        };
        const dataset = await openDataset(data.data_files, options);
        requireBatch(dataset, own.data);
        return dataset;
      }),
    );
  }
  return opened;
}

type Opened = { readonly check: PreflightCheck; readonly dataset: Dataset | null };
type Found = {
  readonly findings: readonly DataFinding[];
  readonly isWhole: boolean;
  readonly profile: DataProfile | null;
};

async function findingsOf(
  env: Env,
  entry: string,
  { config, files }: { readonly config: RecipeConfig; readonly files: readonly string[] },
): Promise<Found> {
  const plan = dataPlanOf(config, entry);
  if (plan === null) return { findings: [], isWhole: true, profile: null };
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const isFirstOnly = sizes.reduce((sum, size) => sum + size, 0) > MAX_READ_BYTES;
  const places = { baseDirs: dataFolders(env, entry), hubCache: env.hubCache };
  const profile = await profileData(plan, { ...places, isFirstOnly });
  const findings = profile.findings.filter(({ severity }) => severity !== 'info');
  return { findings, isWhole: profile.isComplete, profile };
}

/** A finding belongs to the validation data when its setting does. */
function withFindings(opened: Opened, { findings, isWhole }: Found): PreflightCheck {
  // what was looked into are the recipe's own files
  if (opened.check.id.startsWith('data_stage_')) return opened.check;
  const isValidation = opened.check.id === 'validation_data';
  const own = findings.filter(
    ({ path: setting }) => (setting ?? '').startsWith('validate.') === isValidation,
  );
  const beginning = isWhole
    ? ''
    : ' Only the beginning of the files was looked at; galley data check reads all.';
  const detail = [opened.check.detail, ...own.map(({ message }) => message)].join(' ') + beginning;
  if (own.some(({ severity }) => severity === 'error')) return { ...opened.check, status: 'failed', detail };
  return { ...opened.check, status: own.length > 0 ? 'warning' : 'passed', detail };
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
  open: () => Promise<Dataset>,
): Promise<Opened> {
  try {
    const dataset = await open();
    return { check: { ...about, status: 'passed', detail: describe(dataset) }, dataset };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { check: { ...about, status: 'failed', detail: error.message }, dataset: null };
  }
}
