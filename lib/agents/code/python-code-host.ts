import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PythonPool } from '@/lib/python/python-pool';
import type { CodeHost, CodeTarget } from './code-thing';

/** Of one process; a thread that waits for the model costs memory, not time. */
const MAX_THREADS = 32;

export type PythonCodeOptions = {
  /** Imports are looked up beside the file, then here; absolute. */
  readonly folders: readonly string[];
  /** Rollouts in flight at once. */
  readonly workers: number;
};

/** Runs Python of recipes in the pool. */
export function createPythonCodeHost(pool: PythonPool, { folders, workers }: PythonCodeOptions): CodeHost {
  return {
    load: async (target) => {
      const { make, args } = await howToMake(target);
      // run_agent waits for the model most of its time; the reference framework has a thread for each worker, too
      const threads = target.use === 'worker' ? Math.min(workers, MAX_THREADS) : 1;
      const handle = await pool.load({
        source: { file: target.file },
        name: target.name,
        make,
        args,
        threads,
        paths: [path.dirname(target.file), ...folders],
        roots: [path.dirname(target.file), ...folders],
      });
      return {
        methods: handle.methods,
        call: async (call, signal) => {
          const { onRequest, ...rest } = call;
          const outcome = await pool.call(
            { handle, ...rest, ...(onRequest === undefined ? {} : { onRequest }) },
            signal,
          );
          if (outcome.ok) return { ok: true, value: outcome.value };
          return { ok: false, message: outcome.message, isTimeout: outcome.isTimeout };
        },
      };
    },
    close: () => pool.close(),
  };
}

type Making = {
  readonly make: 'worker' | 'object' | 'function';
  readonly args: Readonly<Record<string, unknown>>;
};

/** A tool is a function, or a class made with `config`, as in `__init__(self, config)`. */
async function howToMake({ file, name, use, config }: CodeTarget): Promise<Making> {
  if (use === 'worker') return { make: 'worker', args: config };
  const text = await readFile(file, 'utf8');
  const isClass = new RegExp(`^class\\s+${name}\\b`, 'm').test(text);
  return isClass ? { make: 'object', args: { config } } : { make: 'function', args: {} };
}
