import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

// Runs golden cases of Hydra and OmegaConf against lib/recipes: npm run conformance -- <files or folders>…

const root = fileURLToPath(new URL('..', import.meta.url));
const DEFAULT = join(root, 'lib/recipes/fixtures/conformance');

function casesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true })
    .map((name) => join(path, name))
    .filter((file) => file.endsWith('.json'))
    .sort();
}

/** Node runs no TypeScript: the checker is bundled into a folder that git ignores, next to its packages. */
async function loadChecker() {
  const folder = mkdtempSync(join(root, 'node_modules', '.conformance-'));
  try {
    const outfile = join(folder, 'run-cases.mjs');
    await build({
      entryPoints: [join(root, 'lib/recipes/conformance/run-cases.ts')],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      alias: { '@': root },
      logLevel: 'warning',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const paths = process.argv.slice(2);
const { runCases } = await loadChecker();
let passed = 0;
let failed = 0;
for (const path of paths.length > 0 ? paths.map((path) => resolve(path)) : [DEFAULT]) {
  if (!existsSync(path)) {
    console.error(`${path} does not exist. Name files or folders of golden cases.`);
    process.exitCode = 2;
    continue;
  }
  for (const file of casesIn(path)) {
    const outcome = runCases(readFileSync(file, 'utf8'));
    passed += outcome.passed;
    failed += outcome.failures.length;
    for (const { name, difference } of outcome.failures) console.log(`FAILED ${name}\n    ${difference}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
