import path from 'node:path';
import { openTable } from '@/lib/datasets/open-table';
import { plainJson } from '@/lib/datasets/plain-json';
import { findDataFiles } from '@/lib/datasets/find-data-files';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode } from '../exit-code';
import { clip } from '../text-table';
import type { CommandContext } from '../session';

/** Enough for any number of rows that a person reads. */
const HEAD_BYTES = 8 * 1024 * 1024;
const WIDTH = 80;
const MAX_LINES = 6;

/** `galley data head <file>` */
export async function dataHeadCommand(
  { io, env }: CommandContext,
  typed: string,
  options: { readonly rows: string; readonly json?: boolean },
): Promise<ExitCode> {
  const wanted = Number(options.rows);
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw new AppError('invalid_input', `--rows is ${options.rows}; it must be a whole number above 0.`);
  }
  const setting = 'The command';
  const [file] = await findDataFiles(typed, { setting, baseDirs: [io.cwd, env.root, env.recipesDir] });
  if (file === undefined) return EXIT.notPossible;
  const table = await openTable(file, { setting, limitBytes: HEAD_BYTES });
  const known = table.isPartial ? 'more rows than are shown' : `${table.count.toLocaleString('en')} rows`;
  io.err(`${path.relative(io.cwd, file) || file}: ${known}, ${table.columns.length} columns`);
  let shown = 0;
  for (let block = 0; block < table.blocks.length && shown < wanted; block += 1) {
    for (const row of (await table.readBlock(block)).slice(0, wanted - shown)) {
      io.out(options.json === true ? JSON.stringify(plainJson(row)) : cells(row, shown));
      shown += 1;
    }
  }
  return EXIT.done;
}

function cells(row: Readonly<Record<string, unknown>>, number: number): string {
  const names = Object.keys(row);
  const width = Math.min(20, Math.max(0, ...names.map((name) => name.length)));
  const lines = names.flatMap((name) => {
    const value = row[name];
    const text = typeof value === 'string' ? value : JSON.stringify(plainJson(value));
    const parts = text.split('\n');
    const kept = parts.slice(0, MAX_LINES).map((part) => clip(part, WIDTH - width - 4));
    if (parts.length > MAX_LINES) kept.push(`… ${parts.length - MAX_LINES} more lines`);
    return kept.map((part, index) => `  ${(index === 0 ? clip(name, width) : '').padEnd(width)}  ${part}`);
  });
  return [`row ${number}`, ...lines].join('\n');
}
