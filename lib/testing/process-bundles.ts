import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ENTRIES = [
  'lib/orchestrator/main.ts',
  'lib/embedded/main.ts',
  'lib/embedded/model/worker.ts',
  'lib/run-store/writer-worker.ts',
  'lib/evaluators/evaluator-child.ts',
  'lib/agents/code/script-child.ts',
];

/** Builds what a run is made of below `<target>/.galley-build`, from today's sources, so that `target` can be GALLEY_ROOT. */
export async function buildProcessBundles(target: string): Promise<void> {
  const out = path.join(target, '.galley-build');
  await build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir: out,
    outbase: root,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    logLevel: 'warning',
  });
  const kernels = 'lib/embedded/model/kernels.wasm';
  await mkdir(path.dirname(path.join(out, kernels)), { recursive: true });
  await cp(path.join(root, kernels), path.join(out, kernels));
  for (const part of ['host', 'shim', 'nexau']) {
    const folder = path.join('lib/python', part);
    await cp(path.join(root, folder), path.join(out, folder), { recursive: true });
  }
  await symlink(path.join(root, 'node_modules'), path.join(target, 'node_modules'));
}

/** A GALLEY_ROOT with the bundles for all tests of a file; known once they begin. */
export function bundledRoot(): () => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'galley-root-'));
    await buildProcessBundles(folder);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
}
