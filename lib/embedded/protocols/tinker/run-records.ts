import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { missing } from './tinker-error';

/** What is known of a model beyond the life of the process. */
export const RunRecord = z.object({
  runId: z.string(),
  baseModel: z.string(),
  rank: z.number().int(),
  trains: z.object({ unembed: z.boolean(), mlp: z.boolean(), attn: z.boolean() }),
  userMetadata: z.record(z.string(), z.unknown()).nullable(),
  createdAt: z.string(),
});
export type RunRecord = z.infer<typeof RunRecord>;

/** What `run.json` in each run's folder says. */
export type RunRecords = {
  add(record: RunRecord): Promise<void>;
  /** Throws a `TinkerError` for a run that nobody knows. */
  get(runId: string): Promise<RunRecord>;
  /** Newest first. */
  list(): Promise<readonly RunRecord[]>;
};

const runsFolder = (root: string): string => path.join(root, 'runs');

/** Ids hold colons, which not every file system takes; a name of dots alone would lead out of the folder. */
export function runFolder(root: string, runId: string): string {
  return path.join(runsFolder(root), encodeURIComponent(runId).replaceAll('.', '%2E'));
}

export function createRunRecords(root: string): RunRecords {
  return {
    async add(record) {
      const folder = runFolder(root, record.runId);
      await mkdir(folder, { recursive: true });
      const file = path.join(folder, 'run.json');
      await writeFile(`${file}.tmp`, JSON.stringify(record));
      await rename(`${file}.tmp`, file);
    },
    async get(runId) {
      const record = await read(runFolder(root, runId));
      if (record === null) throw missing(`There is no training run ${runId}.`);
      return record;
    },
    async list() {
      const folders = await readdir(runsFolder(root)).catch(() => []);
      const records = await Promise.all(folders.map((name) => read(path.join(runsFolder(root), name))));
      return records
        .filter((record) => record !== null)
        .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    },
  };
}

async function read(folder: string): Promise<RunRecord | null> {
  const text = await readFile(path.join(folder, 'run.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  const parsed = RunRecord.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}
