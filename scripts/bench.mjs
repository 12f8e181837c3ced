// npm run bench: the figures that we claim, measured on this machine now. `npm run bench -- learner` runs one part.
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadSource } from './load-source.mjs';
import { findBrowser } from './find-browser.mjs';
import { galleyEnvironment, prepare, ROOT } from './prepare.mjs';
import { runScript, Stop } from './progress.mjs';

// Each resolves with rows of `{ name, value, unit? }`.
const PARTS = {
  learner: { source: 'lib/embedded/model/bench.ts', run: ({ bench }) => bench() },
  store: {
    source: 'lib/metrics/bench.ts',
    run: ({ benchStore }) =>
      benchStore({
        migrationsDir: path.join(ROOT, 'prisma/migrations'),
        workerUrl: pathToFileURL(path.join(ROOT, '.galley-build/lib/run-store/writer-worker.mjs')),
      }),
  },
  runs: {
    source: 'lib/run-table/bench.ts',
    run: ({ bench }) => bench({ migrationsDir: path.join(ROOT, 'prisma/migrations') }),
  },
  orchestrator: { source: 'lib/orchestrator/bench.ts', run: ({ bench }) => bench(place()) },
  python: { source: 'lib/evaluators/bench.ts', run: ({ bench }) => bench() },
  services: {
    source: 'lib/services/bench.ts',
    run: async ({ bench }) => bench((await import('./bench-openai-client.mjs')).openNpmClient),
  },
  compose: { source: 'scripts/bench-compose.ts', run: ({ bench }) => bench() },
  live: { source: 'e2e/bench-live.ts', run: ({ bench }) => bench() },
  studio: { source: 'e2e/bench-studio.ts', run: async ({ bench }) => bench(await findBrowser()) },
};

// `GALLEY_BENCH_PROFILE=<folder>`: the run process writes its CPU profile there
function place() {
  const profiles = process.env.GALLEY_BENCH_PROFILE;
  return { root: ROOT, ...(profiles === undefined ? {} : { profiles }) };
}

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
  for (const [name, part] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    printPart(name, await part.run(await loadSource(part.source)));
  }
});
process.exit();

function printPart(part, rows) {
  console.log(part);
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, value, unit = '' } of rows) {
    console.log(
      `  ${name.padEnd(width)}  ${typeof value === 'number' ? formatNumber(value) : value} ${unit}`.trimEnd(),
    );
  }
}

function formatNumber(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
