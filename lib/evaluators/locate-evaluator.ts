import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';

const SETTING = 'rollout_worker.evaluator_module_path';
const EXAMPLE = 'agent_workspace/evaluator.ts:MyTaskEvaluator';

export type EvaluatorPlace = {
  /** Absolute. */
  readonly modulePath: string;
  readonly className: string;
};

/**
 * The file and class that a recipe names as its evaluator; `folders` are where relative paths start, tried in order.
 * Rejects with an `AppError` that says what to write instead.
 */
export async function locateEvaluator(
  named: string | null,
  folders: readonly string[],
): Promise<EvaluatorPlace> {
  if (named === null) {
    throw new AppError('invalid_input', `No evaluator is named. Set ${SETTING}, for example to ${EXAMPLE}.`);
  }
  const parts = splitModulePath(named);
  if (parts === null) {
    const text = `"${named}" (${SETTING}) does not name a file and a class. Write it as ${EXAMPLE}.`;
    throw new AppError('invalid_input', text);
  }
  const { file, className } = parts;
  if (!/\.[cm]?[jt]s$/.test(file)) {
    throw new AppError(
      'unavailable',
      `${file} is not TypeScript or JavaScript, and this version of Galley runs no other evaluators. Name an evaluator.ts beside it.`,
    );
  }
  return { modulePath: await findFile(file, folders), className };
}

/** `agent_workspace/evaluator.ts:MyEvaluator` → file and class; null when it has another form. */
export function splitModulePath(value: string): { readonly file: string; readonly className: string } | null {
  const match = /^(.+\.[A-Za-z]+):([A-Za-z_$][\w$]*)$/.exec(value.trim());
  return match?.[1] && match[2] ? { file: match[1], className: match[2] } : null;
}

async function findFile(file: string, folders: readonly string[]): Promise<string> {
  const candidates = folders.map((folder) => path.resolve(folder, file));
  for (const candidate of candidates) {
    const found = await stat(candidate).catch(() => null);
    if (found?.isFile()) return candidate;
  }
  throw new AppError(
    'not_found',
    `${SETTING} names ${file}, and there is no such file. Looked at: ${candidates.join(', ')}. Put the file there, or correct the path.`,
  );
}
