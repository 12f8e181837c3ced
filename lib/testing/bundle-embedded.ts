import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles the embedded service as `npm start` does, but with its packages inside, so that it runs from any folder. */
export async function bundleEmbedded(folder: string): Promise<string> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['lib/embedded/main.ts', 'lib/embedded/model/worker.ts'],
    outdir: folder,
    outbase: path.join(ROOT, 'lib/embedded'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    // only reached where nothing is bundled
    external: ['esbuild'],
    // packages in CommonJS ask for Node's own modules by it
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    logLevel: 'error',
  });
  await mkdir(path.join(folder, 'model'), { recursive: true });
  await copyFile(path.join(ROOT, 'lib/embedded/model/kernels.wasm'), path.join(folder, 'model/kernels.wasm'));
  return path.join(folder, 'main.mjs');
}
