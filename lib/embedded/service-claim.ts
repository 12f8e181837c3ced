import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  readServiceRecord,
  serviceFolder,
  serviceRecordPath,
  type ServiceRecord,
} from '@/lib/services/embedded/service-record';

/** The right to be the service of a data folder. */
export type ServiceClaim = {
  /** False when somebody took over (we were taken for dead), or when the data folder is gone. */
  isHeld(): Promise<boolean>;
  /** Takes the record away, so that nobody looks for us here; the claim itself stays behind, stale. */
  release(): Promise<void>;
};

export type ClaimOptions = {
  readonly dataDir: string;
  readonly record: ServiceRecord;
  /** Does the holder of this record answer? */
  readonly isAnswering: (record: ServiceRecord) => Promise<boolean>;
};

/**
 * Claims are files numbered upwards, made whole by `link`, which fails if the number is taken: of all who find claim n
 * dead, one makes n + 1. Only the maker of a higher claim removes lower ones, so the highest file is always the lock and
 * a late starter, working from an old reading, sees that it lost. `service.json` is a copy of the holder's record for
 * those who look for the service. Returns null when another service answers.
 */
export async function claimService(options: ClaimOptions): Promise<ServiceClaim | null> {
  const folder = path.join(serviceFolder(options.dataDir), 'claims');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (;;) {
    const highest = await highestClaim(folder);
    if (highest > 0 && (await isHeldAlive(claimFile(folder, highest), options))) return null;
    const own = highest + 1;
    if (!(await makeClaim(claimFile(folder, own), options.record))) continue;
    if ((await highestClaim(folder)) !== own) {
      await rm(claimFile(folder, own), { force: true });
      continue;
    }
    await removeBelow(folder, own);
    const recordPath = serviceRecordPath(options.dataDir);
    await writeWhole(recordPath, options.record);
    return {
      isHeld: async () => (await highestClaim(folder)) === own,
      async release() {
        const current = await readServiceRecord(recordPath);
        if (current?.token === options.record.token) await rm(recordPath, { force: true });
      },
    };
  }
}

async function isHeldAlive(file: string, options: ClaimOptions): Promise<boolean> {
  const record = await readServiceRecord(file);
  return record !== null && (await options.isAnswering(record));
}

function claimFile(folder: string, number: number): string {
  return path.join(folder, `${number}.json`);
}

/** 0 = there is none, or no folder. */
async function highestClaim(folder: string): Promise<number> {
  return Math.max(0, ...(await claimNumbers(folder)));
}

async function claimNumbers(folder: string): Promise<readonly number[]> {
  try {
    const names = await readdir(folder);
    return names.flatMap((name) => (/^\d+\.json$/.test(name) ? [Number.parseInt(name, 10)] : []));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function removeBelow(folder: string, own: number): Promise<void> {
  const older = (await claimNumbers(folder)).filter((number) => number < own);
  for (const number of older) await rm(claimFile(folder, number), { force: true });
}

/** False when the number is taken. */
async function makeClaim(file: string, record: ServiceRecord): Promise<boolean> {
  const draft = await writeDraft(file, record);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeWhole(file: string, record: ServiceRecord): Promise<void> {
  await rename(await writeDraft(file, record), file);
}

async function writeDraft(file: string, record: ServiceRecord): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(draft, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: 'wx' });
  return draft;
}
