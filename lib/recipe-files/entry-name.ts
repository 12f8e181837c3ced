import { AppError } from '@/lib/shared/app-error';
import { HIDDEN_FOLDERS } from './walk';

const MAX_NAME_CHARS = 100;
const MAX_DEPTH = 8;
const RECIPE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
/** Characters that no file system of a colleague takes, and all control characters. */
const FORBIDDEN = /[\\/:*?"<>|\p{Cc}]/u;
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Refuses a name that this or another machine could not hold, or that Galley would hide. */
export function assertEntryName(name: string): void {
  const fault = faultOf(name);
  if (fault !== null) throw new AppError('invalid_input', `"${name}" cannot be a name here: ${fault}`);
}

/** A recipe's folder is part of addresses, of configuration groups and of command lines. */
export function assertRecipeName(name: string): void {
  const fault =
    faultOf(name) ??
    (RECIPE_NAME.test(name)
      ? null
      : 'use letters, digits, "_", "-" and "." only, such as my_task, and begin with a letter, digit or "_".');
  if (fault !== null) throw new AppError('invalid_input', `"${name}" cannot be a recipe: ${fault}`);
}

/** Refuses a path such as `my_task/tools/Search.yaml` when one of its parts is no name. */
export function assertEntryPath(path: string): void {
  const parts = path.split('/');
  for (const part of parts) assertEntryName(part);
  if (parts.length > MAX_DEPTH)
    throw new AppError('invalid_input', `${path} lies too deep: ${MAX_DEPTH} folders at most.`);
}

/** Names that differ in case or in the spelling of an accent are one file on many machines. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function faultOf(name: string): string | null {
  if (name.trim() === '') return 'a name needs at least one letter.';
  if (name.length > MAX_NAME_CHARS) return `it has more than ${MAX_NAME_CHARS} characters.`;
  if (name === '..' || name.includes('/') || name.includes('\\')) return 'it may not lead to another folder.';
  if (name.startsWith('.')) return 'names that begin with a dot are hidden, and recipes show all they have.';
  if (FORBIDDEN.test(name)) return 'leave out : * ? " < > | and control characters.';
  if (name !== name.trim() || name.endsWith('.')) return 'it may not begin or end with a blank or a dot.';
  if (RESERVED.test(name)) return 'Windows keeps this name for a device.';
  if (HIDDEN_FOLDERS.has(name)) return 'folders of this name are left out of recipes.';
  return null;
}
