import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadSource } from './load-source.mjs';
import { ROOT } from './prepare.mjs';

// Runs golden cases of Hydra and OmegaConf against lib/recipes: npm run conformance -- <files or folders>…

const DEFAULT = join(ROOT, 'lib/recipes/fixtures/conformance');

function casesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true })
    .map((name) => join(path, name))
    .filter((file) => file.endsWith('.json'))
    .sort();
}

const paths = process.argv.slice(2);
const { runCases } = await loadSource('lib/recipes/conformance/run-cases.ts');
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
