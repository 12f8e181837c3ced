import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';

/** Far above any key or certificate. */
const MAX_BYTES = 64 * 1024;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/**
 * Secrets of this data folder, one file each, outside every recipe. Only their owner may read them: a store with wider
 * modes is refused with a message. All calls reject with `AppError`.
 */
export type SecretStore = {
  /** Where they lie, for messages. */
  readonly folder: string;
  names(): Promise<readonly string[]>;
  values(): Promise<Readonly<Record<string, string>>>;
  set(name: string, value: string): Promise<void>;
  /** Answers whether there was one. */
  unset(name: string): Promise<boolean>;
};

export function createSecretStore(dataDir: string): SecretStore {
  const folder = path.join(dataDir, 'secrets');
  return {
    folder,
    names: () => listNames(folder),
    values: async () => {
      const names = await listNames(folder);
      const pairs = await Promise.all(
        names.map(async (name) => [name, await readSecret(folder, name)] as const),
      );
      return Object.fromEntries(pairs);
    },
    set: (name, value) => writeSecret(folder, name, value),
    unset: async (name) => {
      const isThere = (await listNames(folder)).includes(checkedName(name));
      await rm(path.join(folder, name), { force: true });
      return isThere;
    },
  };
}

async function listNames(folder: string): Promise<readonly string[]> {
  const facts = await stat(folder).catch(() => null);
  if (facts === null) return [];
  refuseWide(folder, facts.mode, { allowed: FOLDER_MODE, remedy: `chmod 700 ${folder}` });
  return (await readdir(folder)).filter((name) => NAME.test(name)).toSorted();
}

async function readSecret(folder: string, name: string): Promise<string> {
  const file = path.join(folder, name);
  const { mode } = await stat(file);
  refuseWide(file, mode, { allowed: FILE_MODE, remedy: `chmod 600 ${file}` });
  return readFile(file, 'utf8');
}

function refuseWide(
  place: string,
  mode: number,
  { allowed, remedy }: { allowed: number; remedy: string },
): void {
  if ((mode & 0o777 & ~allowed) === 0) return;
  const octal = (mode & 0o777).toString(8);
  throw new AppError(
    'forbidden',
    `${place} has the mode ${octal}: others on this machine may read secrets there. Mend it with: ${remedy}. Then consider the secrets in it known, and change them.`,
  );
}

async function writeSecret(folder: string, name: string, value: string): Promise<void> {
  checkedName(name);
  if (value === '') throw new AppError('invalid_input', `${name} was not stored: its value is empty.`);
  if (value.includes('\0') || Buffer.byteLength(value) > MAX_BYTES)
    throw new AppError('invalid_input', `${name} was not stored: a secret is text of at most 64 KiB.`);
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  await listNames(folder);
  const draft = path.join(folder, `.${name}.${randomUUID()}`);
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    const handle = await open(draft, flags, FILE_MODE);
    try {
      await handle.writeFile(value);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // the mode given to open is cut by the process's umask
    await chmod(draft, FILE_MODE);
    await rename(draft, path.join(folder, name));
  } catch (cause) {
    await rm(draft, { force: true });
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError('storage', `${name} was not stored: ${folder} cannot be written (${why}).`, { cause });
  }
}

function checkedName(name: string): string {
  if (NAME.test(name)) return name;
  throw new AppError(
    'invalid_input',
    `A secret is called like an environment variable, for example OPENAI_API_KEY: letters, digits and _.`,
  );
}
