#!/usr/bin/env node
// galley …: builds what the command line needs on first use, then hands over to lib/cli.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, ROOT } from './prepare.mjs';
import { exitWhenPrinted, runScript } from './progress.mjs';

// `galley logs 3 | head`: who reads has seen enough.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

await runScript(async () => {
  await prepare({
    install: !process.argv.includes('--no-install'),
    web: false,
    say: (line) => console.error(line),
  });
  process.env.GALLEY_ROOT = ROOT;
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;
  const { main } = await import(pathToFileURL(path.join(ROOT, '.galley-build/lib/cli/main.mjs')).href);
  return main(process.argv.filter((argument) => argument !== '--no-install'));
});
await exitWhenPrinted();
