// npm run soak: five seeds of each shipped recipe that trains, as a Markdown table. Takes some twenty minutes.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { galleyEnvironment, prepare, ROOT } from './prepare.mjs';
import { runScript } from './progress.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1,2,3,4,5' },
    'no-install': { type: 'boolean', default: false },
  },
});
const entries =
  positionals.length > 0 ? positionals : ['pig_latin/embedded.yaml', 'arithmetic/embedded.yaml'];

await runScript(async () => {
  await prepare({ install: !values['no-install'], web: false });
  let failed = 0;
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
