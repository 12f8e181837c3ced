// npm run soak: five seeds of each shipped recipe that trains, as a Markdown table, and ten thousand damaged recipes.
// Takes some twenty minutes. `npm run soak -- mutations` runs the damaged recipes alone, a layer's path that recipe alone,
// and `npm run soak -- chaos` two hundred runs that are killed, hung and cut off (--runs, --seed).
import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { loadSource } from './load-source.mjs';
import { galleyEnvironment, prepare, ROOT } from './prepare.mjs';
import { runScript } from './progress.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1,2,3,4,5' },
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    'no-install': { type: 'boolean', default: false },
  },
});
const MUTATIONS = 10_000;
const wanted =
  positionals.length > 0 ? positionals : ['mutations', 'pig_latin/embedded.yaml', 'arithmetic/embedded.yaml'];
const entries = wanted.filter((name) => name !== 'mutations' && name !== 'chaos');

await runScript(async () => {
  await prepare({ install: !values['no-install'], web: false });
  let failed = wanted.includes('mutations') ? await damageRecipes() : 0;
  if (wanted.includes('chaos')) failed += await strikeRuns();
  for (const entry of entries) {
    console.log(
      `\n${entry}\n\n| seed | status | steps | seconds | reward first | last | best | held-out before | after |`,
    );
    console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
    for (const seed of values.seeds.split(',')) {
      const { summary, said } = await run(entry, seed);
      if (summary?.status !== 'succeeded') failed += 1;
      if (summary === null) console.error(said);
      else console.log(row(seed, summary));
    }
  }
  return failed === 0 ? 0 : 1;
});

async function strikeRuns() {
  const { soakChaos } = await loadSource('lib/testing/chaos/soak-chaos.ts');
  return soakChaos({
    migrationsDir: path.join(ROOT, 'prisma/migrations'),
    runs: Number(values.runs),
    firstSeed: Number(values.seed),
    onLine: (line) => console.log(line),
  });
}

async function damageRecipes() {
  const { runMutations } = await loadSource('lib/recipes/conformance/mutations.ts');
  const { createRecipeFiles } = await loadSource('lib/recipe-files/recipe-files.ts');
  const { listVariants } = await loadSource('lib/recipes/list-variants.ts');
  const files = await createRecipeFiles(path.join(ROOT, 'recipes')).layers();
  const start = performance.now();
  const outcome = runMutations({ files, entries: listVariants(files), count: MUTATIONS, seed: Date.now() });
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `${outcome.count} damaged recipes in ${seconds} s: ${outcome.composed} composed all the same, the slowest took ${outcome.slowestMs.toFixed(0)} ms, ${outcome.failures.length} failures`,
  );
  for (const { entry, reason, text } of outcome.failures) console.log(`${entry}: ${reason}\n${text}\n`);
  return outcome.failures.length;
}

function row(seed, { status, steps, seconds, reward, validation }) {
  const figures = [reward.first, reward.last, reward.best, validation.before, validation.after];
  const shown = figures.map((figure) => (figure === null ? '—' : figure.toFixed(3)));
  return `| ${[seed, status, steps, seconds.toFixed(0), ...shown].join(' | ')} |`;
}

/** One run at a time: the seconds are those of a machine that does nothing else. */
async function run(entry, seed) {
  const args = ['scripts/galley.mjs', '--no-install', 'run', entry, `data.seed=${seed}`, '--json'];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: galleyEnvironment({ GALLEY_DATA_DIR: path.join(ROOT, '.galley/soak') }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let said = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (said += chunk));
  await new Promise((resolve) => child.once('close', resolve));
  try {
    return { summary: JSON.parse(out), said };
  } catch {
    return { summary: null, said };
  }
}
