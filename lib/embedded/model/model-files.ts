import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

// In a checkout the files of this folder lie beside this module. In a build this module is part of another bundle:
// `lib/embedded/main.mjs` or `bench/….mjs`, both in the folder that has `lib/embedded/model/worker.mjs`.
const FOLDERS = ['./', './model/', '../lib/embedded/model/'];

function find(name: string): URL | null {
  const places = FOLDERS.map((folder) => new URL(folder + name, import.meta.url));
  return places.find((place) => existsSync(place)) ?? null;
}

export async function loadKernelModule(): Promise<WebAssembly.Module> {
  const file = find('kernels.wasm');
  if (!file) throw new Error(`The embedded learner lacks kernels.wasm beside ${import.meta.url}.`);
  return WebAssembly.compile(await readFile(file));
}

/** The compute thread's program: a bundled file, or its text where nothing is built (tests, scripts). */
export type WorkerProgram = { readonly url: URL } | { readonly code: string };

export async function findWorkerProgram(): Promise<WorkerProgram> {
  const url = find('worker.mjs');
  if (url) return { url };
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./worker.ts', import.meta.url))],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  });
  const code = outputFiles[0]?.text;
  if (code === undefined) throw new Error('esbuild gave no program for the embedded learner’s worker.');
  return { code };
}
