import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runFolder } from './run-records';
import { missing, TinkerError, unprocessable } from './tinker-error';

export type CheckpointKind = 'weights' | 'sampler_weights';
/** `tinker://<run>/<kind>/<name>` */
export type CheckpointRef = { readonly runId: string; readonly kind: CheckpointKind; readonly name: string };

export type Checkpoint = {
  readonly ref: CheckpointRef;
  readonly path: string;
  readonly file: string;
  readonly savedAt: Date;
  readonly bytes: number;
  readonly expiresAt: Date | null;
};

/** Saved weights below a folder: one folder per run, one safetensors file per checkpoint. They outlive the process. */
export type Checkpoints = {
  /** Where samplers' base weights are kept. */
  baseFile(name: string): string;
  /** Makes room for a checkpoint: its file may then be written. Throws when the name is taken, or is none. */
  place(ref: CheckpointRef, options: { readonly overwrite: boolean }): Promise<string>;
  /** Null = for ever. */
  setTtl(ref: CheckpointRef, ttlSeconds: number | null): Promise<void>;
  find(ref: CheckpointRef): Promise<Checkpoint>;
  list(runId: string): Promise<readonly Checkpoint[]>;
  remove(ref: CheckpointRef): Promise<void>;
};

const PREFIX = 'tinker://';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const KINDS: readonly CheckpointKind[] = ['weights', 'sampler_weights'];
const EXTENSION = '.safetensors';
const EXPIRY = '.expires';

export function tinkerPath({ runId, kind, name }: CheckpointRef): string {
  return `${PREFIX}${runId}/${kind}/${name}`;
}

export function parseTinkerPath(text: string): CheckpointRef {
  const [runId = '', kind = '', name = '', ...rest] = text.startsWith(PREFIX)
    ? text.slice(PREFIX.length).split('/')
    : [];
  const known = KINDS.find((each) => each === kind);
  if (runId === '' || known === undefined || rest.length > 0 || !NAME.test(name)) {
    throw unprocessable(
      `${text} is not a checkpoint's path: it looks like tinker://<training run>/weights/<name> or …/sampler_weights/<name>.`,
    );
  }
  return { runId, kind: known, name };
}

export function createCheckpoints(root: string, now: () => Date): Checkpoints {
  const fileOf = ({ runId, kind, name }: CheckpointRef): string =>
    path.join(runFolder(root, runId), kind, `${name}${EXTENSION}`);

  async function look(ref: CheckpointRef): Promise<Checkpoint | null> {
    const file = fileOf(ref);
    const found = await stat(file).catch(() => null);
    if (found === null) return null;
    const expiry = await readFile(`${file}${EXPIRY}`, 'utf8').catch(() => null);
    const expiresAt = expiry === null ? null : new Date(expiry);
    if (expiresAt !== null && expiresAt <= now()) {
      await discard(file);
      return null;
    }
    return { ref, path: tinkerPath(ref), file, savedAt: found.mtime, bytes: found.size, expiresAt };
  }

  async function find(ref: CheckpointRef): Promise<Checkpoint> {
    const found = await look(ref);
    if (found === null) throw missing(`There is no checkpoint ${tinkerPath(ref)}, or it has expired.`);
    return found;
  }

  return {
    baseFile: (name) => path.join(root, 'base', `${encodeURIComponent(name)}${EXTENSION}`),
    find,
    async place(ref, { overwrite }) {
      if (!NAME.test(ref.name)) {
        throw unprocessable(
          `${ref.name} is no name for a checkpoint: letters, digits, ".", "_" and "-", at most 128.`,
        );
      }
      if (!overwrite && (await look(ref)) !== null) {
        throw new TinkerError(
          409,
          `There is a checkpoint ${tinkerPath(ref)} already. Choose another name, or set overwrite.`,
        );
      }
      await rm(`${fileOf(ref)}${EXPIRY}`, { force: true });
      return fileOf(ref);
    },
    async setTtl(ref, ttlSeconds) {
      const { file } = await find(ref);
      if (ttlSeconds === null) await rm(`${file}${EXPIRY}`, { force: true });
      else await writeFile(`${file}${EXPIRY}`, new Date(now().getTime() + ttlSeconds * 1000).toISOString());
    },
    async list(runId) {
      const folder = runFolder(root, runId);
      const refs = await Promise.all(
        KINDS.map(async (kind) => {
          const files = await readdir(path.join(folder, kind)).catch(() => []);
          return files
            .filter((file) => file.endsWith(EXTENSION))
            .map((file) => ({ runId, kind, name: file.slice(0, -EXTENSION.length) }));
        }),
      );
      const found = await Promise.all(refs.flat().map(look));
      return found
        .filter((checkpoint) => checkpoint !== null)
        .sort((a, b) => a.savedAt.getTime() - b.savedAt.getTime());
    },
    async remove(ref) {
      await discard((await find(ref)).file);
    },
  };
}

async function discard(file: string): Promise<void> {
  await rm(file, { force: true });
  await rm(`${file}${EXPIRY}`, { force: true });
}
