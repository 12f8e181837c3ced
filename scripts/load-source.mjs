import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './prepare.mjs';

/** Imports a TypeScript module: Node runs none, so it is bundled into a folder that git ignores, next to its packages. */
export async function loadSource(source) {
  const { build } = await import('esbuild');
  const folder = await mkdtemp(path.join(ROOT, 'node_modules', '.galley-source-'));
  try {
    const outfile = path.join(folder, 'source.mjs');
    await build({
      absWorkingDir: ROOT,
      entryPoints: [source],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      packages: 'external',
      logLevel: 'warning',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
