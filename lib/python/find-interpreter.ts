import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';

export type Interpreter = {
  /** Name or absolute path. */
  readonly command: string;
  readonly from: 'GALLEY_PYTHON' | '.venv' | 'PATH';
};

const IN_VENV = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python';

/**
 * The Python for a recipe: `GALLEY_PYTHON`, else the `.venv` in one of the folders, else `python3` of the path. Rejects
 * with an `AppError` when GALLEY_PYTHON names a file that is not there: what somebody asked for is not replaced in silence.
 */
export async function findInterpreter(
  named: string | null,
  folders: readonly string[],
): Promise<Interpreter> {
  if (named !== null) {
    if (path.isAbsolute(named) && !(await isFile(named))) {
      throw new AppError(
        'unavailable',
        `GALLEY_PYTHON names ${named}, and there is no such file. Correct it.`,
      );
    }
    return { command: named, from: 'GALLEY_PYTHON' };
  }
  for (const folder of folders) {
    const command = path.join(folder, '.venv', IN_VENV);
    if (await isFile(command)) return { command, from: '.venv' };
  }
  return { command: 'python3', from: 'PATH' };
}

async function isFile(file: string): Promise<boolean> {
  const facts = await stat(file).catch(() => null);
  return facts?.isFile() ?? false;
}
