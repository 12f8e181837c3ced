import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { gitStampFiles } from './git-stamp-files';
import { walkRecipes } from './walk';

/** An editor writes a file in several steps, git a whole folder. */
const SETTLE_MS = 60;
/** The system's notices are lost on network disks and when there are too many watches; looking is cheap. */
const POLL_MS = 2_000;

/** Tells that something below the recipes root changed, whoever did it. */
export type RecipeWatch = {
  /** Calls back with a stamp of the folder's state: at once, and whenever it is another one. */
  subscribe(listener: (stamp: string) => void): () => void;
};

/** Watches while somebody listens, and not otherwise. */
export function watchRecipes(root: string, timing = { settleMs: SETTLE_MS, pollMs: POLL_MS }): RecipeWatch {
  const listeners = new Set<(stamp: string) => void>();
  let stamp: string | null = null;
  let watcher: FSWatcher | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let due = Number.POSITIVE_INFINITY;
  let isLooking = false;
  let isAskedAgain = false;

  async function look(): Promise<void> {
    if (isLooking) {
      isAskedAgain = true;
      return;
    }
    isLooking = true;
    const now = await folderStamp(root);
    isLooking = false;
    if (listeners.size === 0) return;
    if (now !== stamp) {
      stamp = now;
      for (const listener of listeners) listener(now);
    }
    due = Number.POSITIVE_INFINITY;
    plan(isAskedAgain ? timing.settleMs : timing.pollMs);
    isAskedAgain = false;
  }

  /** Looks in `ms` or earlier: a flood of notices does not put the next look off. */
  function plan(ms: number): void {
    if (Date.now() + ms >= due) return;
    due = Date.now() + ms;
    stopTimer();
    timer = setTimeout(() => void look(), ms);
    timer.unref();
  }

  function stopTimer(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  }

  function start(): void {
    try {
      watcher = watch(root, { recursive: true, persistent: false }, () => plan(timing.settleMs));
      // Out of watches, or the folder is gone: looking now and then goes on.
      watcher.on('error', () => watcher?.close());
    } catch {
      watcher = null;
    }
    void look();
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      if (listeners.size === 1) start();
      else if (stamp !== null) listener(stamp);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        watcher?.close();
        watcher = null;
        stamp = null;
        stopTimer();
        due = Number.POSITIVE_INFINITY;
      };
    },
  };
}

/**
 * A hash of names, sizes and times, and of what git last did: reading every file would be far more work and tell no
 * more.
 */
export async function folderStamp(root: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for (const entry of await walkRecipes(root, '')) {
      const facts = await stat(path.join(root, entry.path)).catch(() => null);
      const changed = entry.kind === 'folder' ? '' : `${facts?.mtimeMs} ${facts?.ino}`;
      hash.update(`${entry.path}\0${entry.kind}\0${entry.bytes}\0${changed}\n`);
    }
    for (const file of await gitStampFiles(root)) {
      const facts = await stat(file).catch(() => null);
      hash.update(`${file}\0${facts?.mtimeMs} ${facts?.ino}\n`);
    }
  } catch (error) {
    hash.update(error instanceof Error ? error.message : String(error));
  }
  return hash.digest('hex').slice(0, 16);
}
