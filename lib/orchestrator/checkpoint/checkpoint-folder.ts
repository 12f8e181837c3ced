import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { RunId } from '@/lib/domain/run';
import type { StateRef, TrainingService } from '@/lib/services/training-service';
import { RunState } from '../run-state';
import { type BestBy, bestCheckpoint, removable, type Retention, type ScoredCheckpoint } from './retention';

const STATE_FILE = 'service-state';
const RUN_FILE = 'run.json';
const SCORE_FILE = 'score.json';

const SavedRun = z.object({
  version: z.literal(1),
  runId: z.number().int(),
  run: RunState,
  /** `file` = beside this one; `reference` = a place that only the service knows. */
  state: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('file'), bytes: z.number().int(), sha256: z.string() }),
    z.object({ kind: z.literal('reference'), path: z.string(), bytes: z.number().int() }),
  ]),
});
type SavedRun = z.infer<typeof SavedRun>;

/** What a validation has measured at the step of a checkpoint. */
const Score = z.object({ metric: z.string(), value: z.number() });
type Score = z.infer<typeof Score>;

export type SavedCheckpoint = {
  readonly step: number;
  /** Below the data directory. */
  readonly path: string;
  readonly bytes: number;
  /** Steps whose folders are there after the save, this one included. */
  readonly kept: readonly number[];
};

export type LoadableCheckpoint = { readonly run: RunState; readonly state: StateRef };

/** Checkpoints of one run on disk, one folder per step. A folder is whole or it is not there. */
export type CheckpointFolder = {
  save(run: RunState, training: TrainingService, signal: AbortSignal): Promise<SavedCheckpoint>;
  /** The newest that is intact and has at most so many completed steps; null when there is none. */
  newest(atMost?: number): Promise<LoadableCheckpoint | null>;
  /** Notes what a validation of a saved step has measured. */
  score(step: number, value: number): Promise<void>;
  /** Whether a value is better than those of all checkpoints. */
  isBest(value: number): Promise<boolean>;
};

export type CheckpointFolderOptions = {
  readonly dataDir: string;
  readonly runId: RunId;
  readonly retention: Retention;
  /** Says why a checkpoint is passed over. */
  readonly onSkipped: (message: string) => void;
};

export function checkpointRoot(runId: RunId): string {
  return path.join('checkpoints', `run-${runId}`);
}

export function createCheckpointFolder(options: CheckpointFolderOptions): CheckpointFolder {
  const { retention } = options;
  const root = path.join(options.dataDir, checkpointRoot(options.runId));
  const scored = (): Promise<readonly ScoredCheckpoint[]> => readScores(root, retention.best);
  return {
    save: async (run, training, signal) => {
      const name = `step-${run.step}`;
      const temporary = path.join(root, `.${name}.tmp`);
      await rm(temporary, { recursive: true, force: true });
      await mkdir(temporary, { recursive: true });
      try {
        const state = await takeState(await training.saveState(name, signal), temporary);
        const saved: SavedRun = { version: 1, runId: options.runId, run, state };
        await writeDurably(path.join(temporary, RUN_FILE), `${JSON.stringify(saved, null, 2)}\n`);
        await rm(path.join(root, name), { recursive: true, force: true });
        await rename(temporary, path.join(root, name));
        for (const step of removable(await scored(), retention)) {
          await rm(path.join(root, `step-${step}`), { recursive: true, force: true });
        }
        return {
          step: run.step,
          path: path.join(checkpointRoot(options.runId), name),
          bytes: state.bytes,
          kept: await stepsIn(root),
        };
      } catch (error) {
        await rm(temporary, { recursive: true, force: true });
        throw error;
      }
    },
    newest: async (atMost = Infinity) => {
      for (const step of await stepsIn(root)) {
        if (step > atMost) continue;
        const folder = path.join(root, `step-${step}`);
        const problem = await readCheckpoint(folder);
        if (typeof problem !== 'string') return problem;
        options.onSkipped(`The checkpoint ${folder} is passed over: ${problem}`);
      }
      return null;
    },
    score: async (step, value) => {
      const file = path.join(root, `step-${step}`, SCORE_FILE);
      const score: Score = { metric: retention.best?.metric ?? '', value };
      await writeDurably(`${file}.tmp`, `${JSON.stringify(score)}\n`);
      await rename(`${file}.tmp`, file);
    },
    isBest: async (value) => {
      if (retention.best === null) return false;
      const best = bestCheckpoint(await scored(), retention.best.goal);
      return best === null || (retention.best.goal === 'max' ? value > best.score : value < best.score);
    },
  };
}

/** Scores by another metric, of before the recipe named this one, do not count. */
async function readScores(root: string, best: BestBy | null): Promise<readonly ScoredCheckpoint[]> {
  const steps = await stepsIn(root);
  return Promise.all(
    steps.map(async (step) => {
      const score = await readScore(path.join(root, `step-${step}`, SCORE_FILE));
      return { step, score: score?.metric === best?.metric ? (score?.value ?? null) : null };
    }),
  );
}

/** Null where there is none, or one that cannot be read: a damaged score must not keep a run from saving. */
async function readScore(file: string): Promise<Score | null> {
  try {
    return Score.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

/** A state that the service wrote to a file on this machine moves into the checkpoint; any other stays a reference. */
async function takeState(ref: StateRef, folder: string): Promise<SavedRun['state']> {
  const found = path.isAbsolute(ref.path) ? await stat(ref.path).catch(() => null) : null;
  if (!found?.isFile()) return { kind: 'reference', path: ref.path, bytes: ref.bytes };
  const target = path.join(folder, STATE_FILE + path.extname(ref.path));
  await moveFile(ref.path, target);
  return { kind: 'file', bytes: found.size, sha256: await digest(target) };
}

async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const isOtherDisk = error instanceof Error && 'code' in error && error.code === 'EXDEV';
    if (!isOtherDisk) throw error;
    await copyFile(from, to);
    await rm(from);
  }
}

/** An intact checkpoint, or why it cannot be used. */
export async function readCheckpoint(folder: string): Promise<LoadableCheckpoint | string> {
  try {
    const saved = SavedRun.parse(JSON.parse(await readFile(path.join(folder, RUN_FILE), 'utf8')));
    if (saved.state.kind === 'reference') {
      return { run: saved.run, state: { path: saved.state.path, bytes: saved.state.bytes } };
    }
    const name = (await readdir(folder)).find((entry) => entry.startsWith(STATE_FILE));
    if (name === undefined) return `it has no ${STATE_FILE} file.`;
    const file = path.join(folder, name);
    if ((await digest(file)) !== saved.state.sha256) return `${name} is damaged (its checksum is another).`;
    return { run: saved.run, state: { path: file, bytes: saved.state.bytes } };
  } catch (error) {
    return `${RUN_FILE} cannot be used (${error instanceof Error ? error.message : String(error)}).`;
  }
}

/** Steps that have a folder, newest first. */
async function stepsIn(root: string): Promise<readonly number[]> {
  const names = await readdir(root).catch(() => []);
  const steps = names.flatMap((name) => /^step-(\d+)$/.exec(name)?.[1] ?? []);
  return steps.map(Number).sort((left, right) => right - left);
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function digest(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
