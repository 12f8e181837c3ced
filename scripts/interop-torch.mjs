// The reference training server and the NexRL bridge in Python, on a CPU. Runs where torch can be imported, and installs nothing.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { countUnitTests } from './count-tests.mjs';
import { ROOT } from './prepare.mjs';

const PACKAGES = ['torch', 'transformers', 'safetensors', 'peft', 'zmq'];
/** Importing torch for the first time reads gigabytes. */
const IMPORT_LIMIT_MS = 120_000;

/** Counts of the suites below `interop/`. Without torch nothing is counted, and a line says so. */
export async function runTorchInterop(python) {
  const interpreter = await findTorch([process.env.GALLEY_TORCH_PYTHON, python].filter(Boolean));
  if (interpreter === null) {
    console.log(
      `\n  SKIPPED: the suites of the Python training server did not run, since no Python imports ${PACKAGES.join(', ')}. Name one with GALLEY_TORCH_PYTHON.\n`,
    );
    return { passed: 0, failed: 0, skipped: 0 };
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-torch-'));
  try {
    const file = path.join(folder, 'vitest.json');
    await runVitest(file, interpreter);
    return countUnitTests(JSON.parse(await readFile(file, 'utf8')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function findTorch(candidates) {
  for (const command of candidates) {
    const found = await promisify(execFile)(command, ['-c', `import ${PACKAGES.join(', ')}`], {
      timeout: IMPORT_LIMIT_MS,
    }).catch(() => null);
    if (found !== null) return command;
  }
  return null;
}

async function runVitest(file, interpreter) {
  const bin = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
  const args = ['run', '--config', 'interop/vitest.config.ts', '--reporter=dot', '--reporter=json'];
  const child = spawn(process.execPath, [bin, ...args, `--outputFile.json=${file}`], {
    cwd: ROOT,
    env: { ...process.env, GALLEY_TORCH_PYTHON: interpreter },
    stdio: 'inherit',
  });
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
