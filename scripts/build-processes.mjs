// Bundles everything that runs in a Node process or worker of its own into .galley-build, mirroring the source paths.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = path.join(ROOT, '.galley-build');

export const PROCESS_ENTRIES = [
  'lib/orchestrator/main.ts',
  'lib/embedded/main.ts',
  'lib/embedded/model/worker.ts',
  'lib/run-store/writer-worker.ts',
  'lib/evaluators/evaluator-child.ts',
  'lib/datasets/profile/profile-child.ts',
  'lib/agents/code/script-child.ts',
  'lib/cli/main.ts',
];

/** Returns what was built and what has no source. `entries` are paths from the repository root. */
export async function buildProcesses(entries = PROCESS_ENTRIES) {
  const present = entries.filter((entry) => existsSync(path.join(ROOT, entry)));
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: present,
    outdir: OUT,
    outbase: ROOT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
  for (const file of result.outputFiles) await replaceFile(file.path, file.contents);
  for (const entry of present) await copyFiles(path.dirname(entry), '.wasm');
  // what a Python process runs lies beside the bundles that start it
  await copyFiles('lib/python', '.py');
  await copyFiles('lib/trackers', '.py');
  return { built: present, missing: entries.filter((entry) => !present.includes(entry)) };
}

/**
 * A process may be starting from the old file: it sees all of the old one or all of the new one. A file that would not
 * change keeps its time, by which the embedded service knows its own build.
 */
async function replaceFile(target, contents) {
  const old = await readFile(target).catch(() => null);
  if (old?.equals(contents)) return;
  await mkdir(path.dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  await rename(temporary, target);
}

async function copyFiles(folder, ending) {
  const names = await readdir(path.join(ROOT, folder), { recursive: true });
  for (const name of names.filter((entry) => entry.endsWith(ending))) {
    await replaceFile(path.join(OUT, folder, name), await readFile(path.join(ROOT, folder, name)));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { built, missing } = await buildProcesses();
  console.log(`built ${built.length} process bundles in .galley-build`);
  for (const entry of missing) console.log(`no ${entry} yet: skipped`);
}
