import path from 'node:path';
import { convertData } from '@/lib/datasets/convert/convert-data';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode } from '../exit-code';
import { formatBytes, textTable } from '../text-table';
import type { CommandContext } from '../session';

/** `galley data convert <in…> <out.parquet>` */
export async function dataConvertCommand(
  { io }: CommandContext,
  typed: readonly string[],
  options: { readonly force?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  const files = typed.map((file) => path.resolve(io.cwd, file));
  const output = files.at(-1);
  const inputs = files.slice(0, -1);
  if (output === undefined || inputs.length === 0) {
    throw new AppError(
      'invalid_input',
      'Name the input files and, last, the output: galley data convert train.jsonl train.parquet',
    );
  }
  const stop = new AbortController();
  const stopListening = io.onInterrupt(() =>
    stop.abort(new AppError('conflict', 'Interrupted; nothing was written.')),
  );
  try {
    const converted = await convertData({
      inputs,
      output,
      isOverwriteAllowed: options.force === true,
      signal: stop.signal,
    });
    if (options.json === true) {
      io.out(JSON.stringify(converted));
      return EXIT.done;
    }
    const { rows, bytes, columns } = converted;
    io.out(
      `${output}: ${rows.toLocaleString('en')} rows, ${formatBytes(bytes)}, compared with the input row by row`,
    );
    io.out(
      textTable(
        ['COLUMN', 'TYPE'],
        columns.map(({ name, type }) => [name, type]),
      ),
    );
    return EXIT.done;
  } finally {
    stopListening();
  }
}
