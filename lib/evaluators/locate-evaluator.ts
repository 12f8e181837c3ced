import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';
import { nearestName } from '@/lib/shared/nearest-name';
import { BUILTIN_NAMES, type BuiltinName, isBuiltinName } from './builtin/builtin-names';

const SETTING = 'rollout_worker.evaluator_module_path';
const EXAMPLE = 'agent_workspace/evaluator.ts:MyTaskEvaluator';

/** Where an evaluator's code is; `modulePath` is absolute. */
export type EvaluatorPlace =
  | {
      readonly kind: 'typescript' | 'python';
      readonly modulePath: string;
      readonly className: string;
    }
  | { readonly kind: 'builtin'; readonly name: BuiltinName };

/**
 * The evaluator that a recipe names: a file and class, or one that is built in; `folders` are where relative paths
 * start, tried in order. Rejects with an `AppError` that says what to write instead.
 */
export async function locateEvaluator(
  named: string | null,
  folders: readonly string[],
): Promise<EvaluatorPlace> {
  if (named === null) {
    throw new AppError('invalid_input', `No evaluator is named. Set ${SETTING}, for example to ${EXAMPLE}.`);
  }
  const builtin = /^builtin:(.*)$/.exec(named.trim())?.[1];
  if (builtin !== undefined) return { kind: 'builtin', name: builtinNamed(builtin) };
  const parts = splitModulePath(named);
  if (parts === null) {
    const text = `"${named}" (${SETTING}) does not name a file and a class. Write it as ${EXAMPLE}.`;
    throw new AppError('invalid_input', text);
  }
  const { file, className } = parts;
  return { kind: languageOf(file), modulePath: await findFile(file, folders), className };
}

/** `agent_workspace/evaluator.ts:MyEvaluator` → file and class; null when it has another form. */
export function splitModulePath(value: string): { readonly file: string; readonly className: string } | null {
  const match = /^(.+\.[A-Za-z]+):([A-Za-z_$][\w$]*)$/.exec(value.trim());
  return match?.[1] && match[2] ? { file: match[1], className: match[2] } : null;
}

function builtinNamed(name: string): BuiltinName {
  if (isBuiltinName(name)) return name;
  const near = nearestName(name, BUILTIN_NAMES);
  const hint = near === null ? `There are ${BUILTIN_NAMES.join(', ')}.` : `Did you mean builtin:${near}?`;
  throw new AppError('not_found', `${SETTING} names builtin:${name}, which there is not. ${hint}`);
}

function languageOf(file: string): 'typescript' | 'python' {
  if (/\.[cm]?[jt]s$/.test(file)) return 'typescript';
  if (file.endsWith('.py')) return 'python';
  throw new AppError(
    'unavailable',
    `${file} (${SETTING}) is neither TypeScript, JavaScript nor Python. Name an evaluator.ts or evaluator.py, or one that is built in, such as builtin:exact_match.`,
  );
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
