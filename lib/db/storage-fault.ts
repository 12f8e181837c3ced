import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { AppError } from '@/lib/shared/app-error';

/** Why the store refuses; only the first group may pass by itself. */
type StorageFault = 'full' | 'io' | 'busy' | 'readonly' | 'unopenable' | 'corrupt';

const FAULT_OF_CODE: Readonly<Record<number, StorageFault>> = {
  5: 'busy',
  6: 'busy',
  8: 'readonly',
  10: 'io',
  11: 'corrupt',
  13: 'full',
  14: 'unopenable',
  26: 'corrupt',
};
const FAULT_OF_MESSAGE: readonly (readonly [RegExp, StorageFault])[] = [
  [/database or disk is full|ENOSPC/i, 'full'],
  [/malformed|not a database/i, 'corrupt'],
  [/unable to open database/i, 'unopenable'],
  [/readonly database|EROFS/i, 'readonly'],
  [/database (table )?is locked|SocketTimeout/i, 'busy'],
  [/disk I\/O error|EIO\b/i, 'io'],
  [/EACCES|EPERM|ENOTDIR|EEXIST|ELOOP|ENAMETOOLONG/, 'unopenable'],
];
const MASK_OF_PRIMARY_CODE = 0xff;

/** What drivers, Prisma's adapter and Prisma's client put on their errors. */
const ErrorShape = z.looseObject({
  message: z.string().catch(''),
  code: z.string().optional().catch(undefined),
  rawCode: z.number().optional().catch(undefined),
  extendedCode: z.number().optional().catch(undefined),
  kind: z.string().optional().catch(undefined),
  originalMessage: z.string().optional().catch(undefined),
  cause: z.unknown().optional(),
});

/** The storage fault behind an error, looking through its causes; null when it is no such fault. */
export function storageFault(error: unknown): StorageFault | null {
  const seen = new Set<unknown>();
  for (let current = error; current != null && !seen.has(current);) {
    seen.add(current);
    const shape = ErrorShape.safeParse(current);
    if (!shape.success) return null;
    const { message, code, rawCode, extendedCode, kind, originalMessage, cause } = shape.data;
    const numeric = FAULT_OF_CODE[(rawCode ?? extendedCode ?? 0) & MASK_OF_PRIMARY_CODE];
    if (numeric !== undefined) return numeric;
    const text = [message, code, kind, originalMessage].join(' ');
    const matched = FAULT_OF_MESSAGE.find(([pattern]) => pattern.test(text));
    if (matched !== undefined) return matched[1];
    current = cause;
  }
  return null;
}

/** A fault that a person or time can mend while the process waits. */
export function isPassing(fault: StorageFault): boolean {
  return fault !== 'corrupt';
}

/** Path of a `file:` URL's database, or the URL itself where there is no file. */
export function databaseFile(url: string): string {
  if (!url.startsWith('file:')) return url;
  return url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length);
}

const MESSAGE: Record<StorageFault, (file: string) => string> = {
  full: (file) =>
    `The disk that holds ${file} is full. Nothing stored is lost; free some space and try again.`,
  io: (file) =>
    `The disk that holds ${file} answers with an I/O error. Check the disk (and its free space), then try again.`,
  busy: (file) =>
    `${file} stayed locked by another program for more than five seconds. Close programs that have it open (a database browser, a backup), then try again.`,
  readonly: (file) =>
    `${file} cannot be written. Make the file and its folder writable, or set GALLEY_DATA_DIR to a folder that is.`,
  unopenable: (file) =>
    `${file} cannot be opened. Make its folder exist and writable, or set GALLEY_DATA_DIR to a folder that is.`,
  corrupt: (file) =>
    `${file} is not a usable database: its contents are damaged. Nothing in it was changed. Restore a copy of it, or move it aside (with its -wal and -shm files) to start with an empty one.`,
};

/** Turns a storage fault into the refusal that people see; every other error passes unchanged. */
export function asStorageError(error: unknown, url: string): unknown {
  if (error instanceof AppError) return error;
  const fault = storageFault(error);
  return fault === null
    ? error
    : new AppError('storage', MESSAGE[fault](databaseFile(url)), { cause: error });
}
