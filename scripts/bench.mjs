// npm run bench: the figures that we claim, measured on this machine now. `npm run bench -- learner` runs one part.
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { galleyEnvironment, prepare, ROOT } from './prepare.mjs';
import { runScript, Stop } from './progress.mjs';

// Each exports `bench(): Promise<readonly { name: string; value: string }[]>`.
const PARTS = {
  learner: 'lib/embedded/model/bench.ts',
  compose: 'lib/recipes/bench.ts',
  metrics: 'lib/metrics/bench.ts',
  live: 'e2e/bench-live.ts',
};

await runScript(async () => {
  const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
  const unknown = wanted.find((name) => !(name in PARTS));
  if (unknown)
    throw new Stop(`There is no benchmark ${unknown}; there are ${Object.keys(PARTS).join(', ')}.`);
  await prepare({ install: !process.argv.includes('--no-install') });
  Object.assign(process.env, galleyEnvironment());
  console.log(
    `\n${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.versions.node}\n`,
  );
  const folder = path.join(ROOT, '.galley-build/bench');
  await mkdir(folder, { recursive: true });
  for (const [name, source] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    if (!existsSync(path.join(ROOT, source))) console.log(`${name}\n  no benchmark yet`);
    else printPart(name, await runPart(folder, source));
  }
  await rm(folder, { recursive: true, force: true });
});
process.exit();

async function runPart(folder, source) {
  const { build } = await import('esbuild');
  const outfile = path.join(folder, `${source.replaceAll('/', '-').replace(/\.ts$/, '')}.mjs`);
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
  const { bench } = await import(pathToFileURL(outfile).href);
  return bench();
}

function printPart(name, rows) {
  console.log(name);
  const width = Math.max(...rows.map((row) => row.name.length));
  for (const row of rows) console.log(`  ${row.name.padEnd(width)}  ${row.value}`);
}
