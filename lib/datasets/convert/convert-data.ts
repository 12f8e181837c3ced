import { createHash } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import { AppError } from '@/lib/shared/app-error';
import { formatOf } from '../data-format';
import type { DataRow } from '../dataset';
import { openTable, readingError } from '../open-table';
import { openParquet } from '../read-parquet';
import type { Table } from '../table';
import { canonical, cellOf, parquetSchemaOf } from './parquet-shape';
import { NO_VALUE, type Shape, shapeOf, shapeText, wider } from './value-shape';

/** A row group is what a reader holds at once: small enough for shuffled training, large enough to compress. */
const ROW_GROUP_BYTES = 16 * 1024 * 1024;
const ROW_GROUP_ROWS = 50_000;

export type ConvertRequest = {
  /** JSONL and CSV files, absolute; their rows come one file under the other. */
  readonly inputs: readonly string[];
  /** Absolute; ends in `.parquet`. */
  readonly output: string;
  readonly isOverwriteAllowed: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (share: number) => void;
};

export type Converted = {
  readonly output: string;
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
};

/**
 * Writes JSONL and CSV as one Parquet file, with types that fit the whole input, and reads it back to compare every row
 * before it takes its name. Rejects with an `AppError`; then there is no output.
 */
export async function convertData(request: ConvertRequest): Promise<Converted> {
  await refuseBadNames(request);
  const tables: Table[] = [];
  for (const file of request.inputs) {
    tables.push(
      await openTable(file, { setting: 'The input', ...(request.signal ? { signal: request.signal } : {}) }),
    );
  }
  const rows = tables.reduce((sum, { count }) => sum + count, 0);
  if (rows === 0) {
    throw new AppError('unprocessable', `${request.inputs.join(', ')}: there are no rows to convert.`);
  }
  const job = { ...request, tables, rows };
  const columns = await columnShapes(job);
  const part = `${request.output}.part-${process.pid}-${Date.now()}`;
  try {
    const digests = await write(job, columns, part);
    await verify(job, part, digests);
    await rename(part, request.output);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  const { size } = await stat(request.output);
  return {
    output: request.output,
    rows,
    bytes: size,
    columns: [...columns].map(([name, shape]) => ({ name, type: shapeText(shape) })),
  };
}

type Job = ConvertRequest & { readonly tables: readonly Table[]; readonly rows: number };
type Columns = ReadonlyMap<string, Shape>;

async function refuseBadNames({ inputs, output, isOverwriteAllowed }: ConvertRequest): Promise<void> {
  if (formatOf(output) !== 'parquet') {
    throw new AppError('invalid_input', `The output ${output} must end in .parquet; it is named last.`);
  }
  const wrong = inputs.find((file) => !['jsonl', 'csv'].includes(formatOf(file) ?? ''));
  if (wrong !== undefined) {
    throw new AppError(
      'invalid_input',
      `${wrong} is neither a .jsonl nor a .csv file; only those are converted.`,
    );
  }
  for (const file of inputs) {
    if ((await stat(file).catch(() => null))?.isFile() !== true) {
      throw new AppError('not_found', `There is no file ${file}.`);
    }
  }
  if ((await stat(path.dirname(output)).catch(() => null))?.isDirectory() !== true) {
    throw new AppError('not_found', `There is no folder ${path.dirname(output)}. Make it first.`);
  }
  if (!isOverwriteAllowed && (await stat(output).catch(() => null)) !== null) {
    throw new AppError('conflict', `${output} exists already. Name another file, or overwrite it (--force).`);
  }
}

/** Rows in order, with progress; each of the two passes over the input is a third of the work. */
async function* rowBlocks(
  job: Job,
  from: number,
): AsyncGenerator<{ rows: readonly DataRow[]; bytes: number }> {
  let done = 0;
  for (const table of job.tables) {
    for (const [index, { bytes }] of table.blocks.entries()) {
      job.signal?.throwIfAborted();
      const rows = await table.readBlock(index).catch((error: unknown) => {
        throw readingError(error, { ...table, setting: 'The input' });
      });
      yield { rows, bytes };
      done += rows.length;
      job.onProgress?.((from + done / job.rows) / 3);
      // others wait for this thread too
      await setImmediate();
    }
  }
}

async function columnShapes(job: Job): Promise<Columns> {
  const columns = new Map<string, Shape>();
  for (const table of job.tables) {
    for (const { name, declared } of table.columns) {
      // of CSV the type is known; cells of one column alone might say less
      const known: Shape = declared === 'double' ? { kind: 'double' } : NO_VALUE;
      columns.set(name, wider(columns.get(name) ?? NO_VALUE, known));
    }
  }
  for await (const { rows } of rowBlocks(job, 0)) {
    for (const row of rows) {
      for (const name in row) columns.set(name, wider(columns.get(name) ?? NO_VALUE, shapeOf(row[name])));
    }
  }
  return new Map([...columns].map(([name, shape]) => [name, settled(shape)]));
}

/** What was never filled: a column of nulls is text, a list of nothing JSON. */
function settled(shape: Shape): Shape {
  if (shape.kind === 'list') {
    return shape.item.kind === 'null' ? { kind: 'json' } : { kind: 'list', item: settled(shape.item) };
  }
  if (shape.kind !== 'struct') return shape;
  return {
    kind: 'struct',
    fields: new Map([...shape.fields].map(([name, field]) => [name, settled(field)])),
  };
}

type Digest = { readonly rows: number; readonly sum: string };

/** Returns a digest of each row group. */
async function write(job: Job, columns: Columns, file: string): Promise<readonly Digest[]> {
  const writer = fileWriter(file);
  const parquet = new ParquetWriter({ writer, schema: parquetSchemaOf(columns), createdBy: 'galley' });
  const digests: Digest[] = [];
  let pending: DataRow[] = [];
  let pendingBytes = 0;
  const flush = async (): Promise<void> => {
    if (pending.length === 0) return;
    const cells = pending.map((row) => cellsOf(row, columns));
    const columnData = [...columns.keys()].map((name) => ({ name, data: cells.map((row) => row[name]) }));
    await parquet.write({ columnData, rowGroupSize: pending.length });
    digests.push(digestOf(cells));
    pending = [];
    pendingBytes = 0;
  };
  for await (const { rows, bytes } of rowBlocks(job, 1)) {
    for (const row of rows) {
      pending.push(row);
      if (pending.length >= ROW_GROUP_ROWS) await flush();
    }
    pendingBytes += bytes;
    if (pendingBytes >= ROW_GROUP_BYTES) await flush();
  }
  await flush();
  await parquet.finish();
  return digests;
}

function cellsOf(row: DataRow, columns: Columns): DataRow {
  return Object.fromEntries([...columns].map(([name, shape]) => [name, cellOf(row[name], shape)]));
}

function digestOf(rows: readonly DataRow[]): Digest {
  const sum = createHash('sha1');
  for (const row of rows) sum.update(`${canonical(row)}\n`);
  return { rows: rows.length, sum: sum.digest('hex') };
}

async function verify(job: Job, file: string, expected: readonly Digest[]): Promise<void> {
  const table = await openParquet(file, 0);
  let found = 0;
  for (const digest of expected) {
    const rows: DataRow[] = [];
    while (rows.length < digest.rows) {
      const block = table.blocks.findIndex(({ firstRow }) => firstRow === found + rows.length);
      const read = block === -1 ? [] : await table.readBlock(block);
      if (read.length === 0) break;
      rows.push(...read);
    }
    if (digestOf(rows).sum !== digest.sum) {
      throw new AppError(
        'storage',
        `Rows ${found} to ${found + digest.rows - 1} of ${job.output} did not read back as they were written; nothing was kept. Please report this with the input.`,
      );
    }
    found += digest.rows;
    job.onProgress?.((2 + found / job.rows) / 3);
    await setImmediate();
  }
}
