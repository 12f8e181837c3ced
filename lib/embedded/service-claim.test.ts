import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serviceRecordPath, type ServiceRecord } from '@/lib/services/embedded/service-record';
import { claimService, type ServiceClaim } from './service-claim';

let dataDir = '';
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'galley-claim-'));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

function recordOf(pid: number): ServiceRecord {
  return { pid, port: 1000 + pid, token: `token-of-process-${pid}-0123456789`, version: 1, build: 'test' };
}

/** Claims as process `pid`, in a world where the processes `alive` answer. */
function claim(pid: number, alive: ReadonlySet<number>): Promise<ServiceClaim | null> {
  return claimService({
    dataDir,
    record: recordOf(pid),
    isAnswering: async (record) => {
      // gives the others the chance to act on what we have just read
      await new Promise((resolve) => setImmediate(resolve));
      return alive.has(record.pid);
    },
  });
}

async function writtenPid(): Promise<unknown> {
  const text = await readFile(serviceRecordPath(dataDir), 'utf8');
  const written: unknown = JSON.parse(text);
  return written !== null && typeof written === 'object' && 'pid' in written ? written.pid : null;
}

test('of many that start at once exactly one wins, and service.json names it', async () => {
  const pids = Array.from({ length: 20 }, (_, index) => index + 1);
  const claims = await Promise.all(pids.map((pid) => claim(pid, new Set(pids))));
  const winners = pids.filter((_, index) => claims[index] !== null);
  expect(winners).toHaveLength(1);
  expect(await writtenPid()).toBe(winners[0]);
});

test('of many that find a dead service exactly one takes over, round after round', async () => {
  const alive = new Set<number>();
  for (let round = 0; round < 10; round++) {
    alive.clear();
    const pids = Array.from({ length: 8 }, (_, index) => round * 8 + index + 1);
    for (const pid of pids) alive.add(pid);
    const claims = await Promise.all(pids.map((pid) => claim(pid, alive)));
    expect(claims.filter((each) => each !== null)).toHaveLength(1);
  }
  expect(await readdir(path.join(dataDir, 'embedded', 'claims'))).toEqual(['10.json']);
});

test('a living service is left alone', async () => {
  const first = await claim(1, new Set([1]));
  expect(await claim(2, new Set([1, 2]))).toBeNull();
  expect(await first?.isHeld()).toBe(true);
  expect(await writtenPid()).toBe(1);
});

test('who was taken for dead learns that the claim is lost, and its release leaves the new record alone', async () => {
  const first = await claim(1, new Set());
  const second = await claim(2, new Set([2]));
  expect(await first?.isHeld()).toBe(false);
  expect(await second?.isHeld()).toBe(true);
  await first?.release();
  expect(await writtenPid()).toBe(2);
});

test('after a release nobody is found, and the next one may start', async () => {
  const first = await claim(1, new Set([1]));
  await first?.release();
  await expect(stat(serviceRecordPath(dataDir))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await claim(2, new Set([2]))).not.toBeNull();
});

test('the claim is lost when the data folder is removed', async () => {
  const first = await claim(1, new Set([1]));
  await rm(dataDir, { recursive: true });
  expect(await first?.isHeld()).toBe(false);
});

test('only the owner may read the token', async () => {
  await claim(1, new Set([1]));
  expect((await stat(serviceRecordPath(dataDir))).mode & 0o777).toBe(0o600);
  expect((await stat(path.join(dataDir, 'embedded'))).mode & 0o777).toBe(0o700);
});
