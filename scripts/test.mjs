// npm test: prepares like npm start, then unit tests and journeys. The last line is the total.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { countJourneys, countUnitTests } from './count-tests.mjs';
import { findBrowser } from './find-browser.mjs';
import { findPython } from './find-python.mjs';
import { runTrackerInterop } from './interop-trackers.mjs';
import { runInterop } from './interop.mjs';
import { runTorchInterop } from './interop-torch.mjs';
import { galleyEnvironment, prepare, ROOT } from './prepare.mjs';
import { runScript, Stop } from './progress.mjs';

await runScript(async () => {
  const { values } = parseArgs({
    options: {
      'no-install': { type: 'boolean', default: false },
      /** Skipped tests count as failed. */
      'no-skips': { type: 'boolean', default: false },
      /** Also the suites with other people's clients, which need a package index. */
      interop: { type: 'boolean', default: false },
    },
  });
  await prepare({ install: !values['no-install'] });
  const python = await findPython();
  if (python === null) console.log('  No Python 3.10 or newer: the suites that need one are skipped.');
  const browser = (await findBrowser()) ?? (await downloadBrowser());
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-test-'));
  try {
    const environment = galleyEnvironment({
      NODE_ENV: 'test',
      ...(python === null ? {} : { GALLEY_PYTHON: python }),
      GALLEY_BROWSER: browser,
    });
    const unit = await runUnitTests(path.join(folder, 'vitest.json'), environment);
    const journeys = await runJourneys(path.join(folder, 'playwright.json'), environment);
    const interop = values.interop
      ? [await runInterop(python), await runTorchInterop(python), await runTrackerInterop(python)]
      : [];
    return report([unit, journeys, ...interop], values['no-skips']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function runUnitTests(file, environment) {
  const bin = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
  await runLoudly(
    [bin, 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${file}`],
    environment,
  );
  return countUnitTests(await readReport(file, 'Vitest'));
}

async function runJourneys(file, environment) {
  const bin = path.join(ROOT, 'node_modules/@playwright/test/cli.js');
  await runLoudly([bin, 'test', '--reporter=list,json'], {
    ...environment,
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  });
  return countJourneys(await readReport(file, 'Playwright'));
}

function report(counts, noSkips) {
  const total = (key) => counts.reduce((sum, count) => sum + count[key], 0);
  const skipped = total('skipped');
  const failed = total('failed') + (noSkips ? skipped : 0);
  if (noSkips && skipped > 0)
    console.log(`${skipped} skipped, which is not allowed here: counted as failed.`);
  const tail = skipped > 0 && !noSkips ? `, ${skipped} skipped` : '';
  console.log(`${total('passed')} passed, ${failed} failed${tail}`);
  return failed === 0 && total('passed') > 0 ? 0 : 1;
}

async function readReport(file, tool) {
  if (!existsSync(file)) throw new Stop(`${tool} ended without a report; what it said is above.`);
  return JSON.parse(await readFile(file, 'utf8'));
}

async function runLoudly(args, env) {
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

async function downloadBrowser() {
  console.log("  No Chromium or Chrome found; trying Playwright's download …");
  await runLoudly(
    [path.join(ROOT, 'node_modules/@playwright/test/cli.js'), 'install', 'chromium-headless-shell'],
    process.env,
  );
  const { chromium } = await import('@playwright/test');
  const own = chromium.executablePath();
  if (existsSync(own)) return own;
  throw new Stop(
    'The journeys need a browser and none could be downloaded. Install one (Debian and Ubuntu: `sudo apt-get install chromium`), or name one with GALLEY_BROWSER=/path/to/chrome, and run npm test again.',
  );
}
