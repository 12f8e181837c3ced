// Unmodified Python clients against the embedded service that was built. Gives the counts of their checks.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './prepare.mjs';

const run = promisify(execFile);
/** Tinker's SDK, oldest and newest, and OpenAI's client. */
const CLIENTS = [
  { name: 'tinker', version: '0.7.0', script: 'interop/tinker_sdk.py' },
  { name: 'tinker', version: '0.25.0', script: 'interop/tinker_sdk.py' },
  { name: 'openai', version: '3.54.0', script: 'interop/openai_client.py' },
];
/** Half a minute on an idle machine; several on a busy one. */
const INSTALL_LIMIT_MS = 600_000;
const CHECK_LIMIT_MS = 180_000;
const START_LIMIT_MS = 30_000;

/** Sums of all clients. Without Python or a package index nothing is counted, and a line says so. */
export async function runInterop(python) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (python === null) return skipped(counts, 'there is no Python 3.10 or newer');
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-interop-'));
  const service = await startService(folder);
  try {
    for (const client of CLIENTS) {
      const installed = await install(python, client);
      if (typeof installed !== 'string') {
        const { name, version } = client;
        return skipped(counts, `${name} ${version} could not be installed: ${installed.reason}`);
      }
      const { passed, failed } = await check(installed, client.script, service);
      counts.passed += passed;
      counts.failed += failed;
    }
  } finally {
    service.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return counts;
}

function skipped(counts, reason) {
  console.log(
    `\n  SKIPPED: the interop suite with Python clients did not run to its end, since ${reason}.\n`,
  );
  return counts;
}

/** The interpreter of a virtual environment of its own, kept between calls; or why there is none. */
async function install(python, { name, version }) {
  const folder = path.join(ROOT, '.galley-build/interop', `${name}-${version}`);
  const interpreter = path.join(folder, 'bin/python');
  try {
    await run(interpreter, ['-c', `import ${name}`]);
    return interpreter;
  } catch {
    // not there yet, or not whole
  }
  try {
    console.log(`  Installing ${name} ${version} …`);
    await mkdir(path.dirname(folder), { recursive: true });
    await rm(folder, { recursive: true, force: true });
    await run(python, ['-m', 'venv', folder], { timeout: INSTALL_LIMIT_MS });
    const pip = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-compile',
      '--disable-pip-version-check',
      '--retries',
      '1',
    ];
    await run(interpreter, [...pip, `${name}==${version}`], { timeout: INSTALL_LIMIT_MS });
    return interpreter;
  } catch (error) {
    if (error.killed) return { reason: `pip took longer than ${INSTALL_LIMIT_MS / 1000} s` };
    const said = String(error.stderr || error.message)
      .trim()
      .split('\n');
    return { reason: said.at(-1) };
  }
}

async function startService(folder) {
  const bundle = path.join(ROOT, '.galley-build/lib/embedded/main.mjs');
  if (!existsSync(bundle)) throw new Error(`${bundle} is missing: build first.`);
  const child = spawn(process.execPath, [bundle, '--data-dir', folder, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { NODE_ENV: 'production' },
  });
  const said = await new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(
      () => reject(new Error(`The embedded service did not start:\n${text}`)),
      START_LIMIT_MS,
    );
    child.once('error', reject);
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (!text.includes('Ctrl-C')) return;
      clearTimeout(timer);
      resolve(text);
    });
  });
  return {
    baseUrl: /TINKER_BASE_URL=(\S+)/.exec(said)[1],
    key: /TINKER_API_KEY=(\S+)/.exec(said)[1],
    stop: () => child.kill('SIGTERM'),
  };
}

async function check(interpreter, script, { baseUrl, key }) {
  const child = spawn(interpreter, [path.join(ROOT, script), '--base-url', baseUrl, '--key', key], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: CHECK_LIMIT_MS,
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  const lines = text.trimEnd().split('\n');
  const last = lines.pop() ?? '';
  console.log(lines.join('\n'));
  try {
    return JSON.parse(last);
  } catch {
    console.log(`  FAIL  the interop script ended without counts; its last line was: ${last}`);
    return { passed: 0, failed: 1 };
  }
}
