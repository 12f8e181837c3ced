import { setImmediate } from 'node:timers/promises';
import type { DataFinding, DataPlan, DataProfile, SplitProfile } from '@/lib/domain/data-profile';
import { AppError } from '@/lib/shared/app-error';
import { findDataFiles } from '../find-data-files';
import { openTable, readingError } from '../open-table';
import { estimateTokens, openPromptCounter, type PromptCounter } from '../prompt-counter';
import { dataFindings } from './data-findings';
import { createSplitStats, type NamedTable, type SplitStats } from './split-stats';
import type { TextIndex } from './text-index';

export type ProfileOptions = {
  readonly baseDirs: readonly string[];
  /** Where the Hugging Face tools keep tokenizers. */
  readonly hubCache: string;
  /** Reads no more of the files than their beginning. */
  readonly isFirstOnly?: boolean;
  readonly signal?: AbortSignal;
  /** A first answer from the beginning of each file, before all of them are read. */
  readonly onFirst?: (profile: DataProfile) => void;
  /** Share of the work done, 0 … 1. */
  readonly onProgress?: (share: number) => void;
};

/** Enough of a text file for a first answer at once. */
const FIRST_BYTES = 1024 * 1024;

/** Reads a recipe's data files to their end, a block at a time. What is wrong with them is a finding, not a rejection. */
export async function profileData(plan: DataPlan, options: ProfileOptions): Promise<DataProfile> {
  const pass = { started: performance.now(), ...(await openCounting(plan, options)) };
  if (options.onFirst !== undefined || options.isFirstOnly === true) {
    const first = await profileOnce(
      plan,
      { ...options, onProgress: () => undefined },
      { ...pass, isFirst: true },
    );
    if (first.isComplete || options.isFirstOnly === true) return first;
    options.onFirst?.(first);
  }
  return profileOnce(plan, options, { ...pass, isFirst: false });
}

/** Without the tokenizer tokens are estimated, and it is said why. */
async function openCounting(plan: DataPlan, options: ProfileOptions): Promise<Counting> {
  try {
    return { counter: await openPromptCounter(plan, options), noTokenizer: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { counter: estimateTokens, noTokenizer: error.message };
  }
}

type Pass = { readonly isFirst: boolean; readonly started: number } & Counting;
type Counting = { readonly counter: PromptCounter; readonly noTokenizer: string | null };
type Work = ProfileOptions & Pass & { readonly plan: DataPlan; readonly setting: string };
type Split = {
  readonly profile: SplitProfile;
  readonly stats: SplitStats;
  readonly problems: readonly DataFinding[];
};

async function profileOnce(plan: DataPlan, options: ProfileOptions, pass: Pass): Promise<DataProfile> {
  const { validationFiles } = plan;
  const shares = validationFiles === null ? 1 : 2;
  const work = { ...options, ...pass, plan };
  const train = await profileSplit(plan.trainFiles, null, {
    ...work,
    setting: 'data.data_files',
    onProgress: (share) => options.onProgress?.(share / shares),
  });
  const validation =
    validationFiles === null
      ? null
      : await profileSplit(validationFiles, train.stats.prompts, {
          ...work,
          setting: 'validate.data.data_files',
          onProgress: (share) => options.onProgress?.((1 + share) / shares),
        });
  const splits = [train, ...(validation === null ? [] : [validation])];
  const profile = {
    plan,
    tokens: pass.counter.kind,
    train: train.profile,
    validation: validation?.profile ?? null,
    overlap: validation?.stats.overlap() ?? null,
    isComplete: splits.every(({ profile: { rows, rowsRead } }) => rows === rowsRead),
    milliseconds: performance.now() - pass.started,
  };
  const problems = splits.flatMap((split) => split.problems);
  return { ...profile, findings: [...problems, ...dataFindings(profile, pass.noTokenizer)] };
}

async function profileSplit(files: readonly string[], others: TextIndex | null, work: Work): Promise<Split> {
  const { setting, plan, signal } = work;
  const problems: DataFinding[] = [];
  const tables: NamedTable[] = [];
  for (const named of files) {
    await collectProblem(problems, setting, async () => {
      for (const file of await findDataFiles(named, work)) {
        const table = await openTable(file, {
          setting,
          ...(signal === undefined ? {} : { signal }),
          ...(work.isFirst ? { limitBytes: FIRST_BYTES } : {}),
          onProgress: (share) => work.onProgress?.((tables.length + share) / (2 * Math.max(1, files.length))),
        });
        tables.push({ named, table });
      }
    });
  }
  const stats = createSplitStats({ setting, plan, tables, others, counter: work.counter });
  const total = tables.reduce((sum, { table }) => sum + table.count, 0);
  for (const { table } of tables) {
    await collectProblem(problems, setting, async () => {
      for (const block of work.isFirst ? table.blocks.slice(0, 1).keys() : table.blocks.keys()) {
        signal?.throwIfAborted();
        for (const row of await readBlock(table, block, setting)) stats.add(row);
        work.onProgress?.(0.5 + stats.rowsRead() / (2 * Math.max(1, total)));
        // others wait for this thread too
        await setImmediate();
      }
    });
  }
  return { profile: stats.profile(), stats, problems };
}

async function readBlock(table: NamedTable['table'], block: number, setting: string) {
  try {
    return await table.readBlock(block);
  } catch (error) {
    throw readingError(error, { ...table, setting });
  }
}

async function collectProblem(
  problems: DataFinding[],
  path: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const code = error.code === 'not_found' ? 'data_file_missing' : 'data_file_unreadable';
    problems.push({ code, severity: 'error', message: error.message, path });
  }
}
