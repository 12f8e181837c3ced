import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const KEY = /^tml-[A-Za-z0-9_-]{32,}$/;

/** The key of a data folder's Tinker API: made once, readable by its owner alone, so that clients need be told it once. */
export async function readTinkerKey(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'embedded', 'tinker-key');
  const stored = await readFile(file, 'utf8').catch(() => '');
  if (KEY.test(stored.trim())) return stored.trim();
  const key = `tml-${randomBytes(24).toString('base64url')}`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, key, { mode: 0o600 });
  return key;
}
