import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runEnvScript } from './run-env-script';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'galley-env-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(text: string, timeoutMs = 20_000) {
  const script = path.join(folder, 'a b.env.sh');
  await writeFile(script, text);
  const env = { PATH: '/usr/bin:/bin', GIVEN: 'x', KEY: 'hunter2hunter2' };
  return runEnvScript({ script, cwd: folder, env, secrets: [{ name: 'KEY', value: env.KEY }], timeoutMs });
}

test('takes what the script exports, in the folder of the recipe', async () => {
  const outcome = await run(
    'export A="one\ntwo" B=$(basename "$PWD")\nC=3\nunset GIVEN\necho hello $KEY\ntouch here\nPATH=/nowhere',
  );
  if (!outcome.ok) throw new Error(outcome.error);
  expect(outcome.value.values).toMatchObject({
    A: 'one\ntwo',
    B: path.basename(folder),
    KEY: 'hunter2hunter2',
  });
  expect(Object.keys(outcome.value.values)).not.toContain('C');
  expect(Object.keys(outcome.value.values)).not.toContain('GIVEN');
  expect(outcome.value.lines).toEqual(['hello ***']);
  expect(await readFile(path.join(folder, 'here'), 'utf8')).toBe('');
});

test.each([
  ['a failing command', 'echo "no $KEY"\nfalse', /ended with code 1.*no \*\*\*/],
  ['set -e', 'set -e\nls /does-not-exist\nexport A=1', /code 2.*does-not-exist/],
  ['exit', 'exit 0', /Use return/],
  ['an exit with a code', 'exit 7', /code 7/],
  ['a mistake', 'export A="', /unexpected EOF/],
  // the system itself may refuse it first
  [
    'an environment of 3 MB',
    'big=$(printf %100000s)\nfor n in $(seq 30); do export "V$n=$big"; done',
    /more than 2 MiB|too long/,
  ],
])('%s is a failure with what was said', async (_, text, message) => {
  const outcome = await run(text);
  expect(outcome.ok ? '' : outcome.error).toMatch(message);
  expect(JSON.stringify(outcome)).not.toContain('hunter2');
});

test.each([
  [
    'a token that it reads',
    'key=$(printf hf_%s 4f9Kq2Lm8Zx7Vb1Nc6Ty3Wp0)\necho "got $key"\nfalse',
    '4f9Kq2Lm',
  ],
  ['what set -x prints', 'set -x\nexport OTHER_API_KEY=$(printf %s s3cret-of-mine)\nfalse', 's3cret-of-mine'],
])('a failure does not tell a secret that the script itself has made: %s', async (_, text, secret) => {
  const outcome = await run(text);
  expect(outcome).toMatchObject({ ok: false });
  const said = outcome.ok ? '' : outcome.error;
  expect(said).toContain('***');
  expect(said).not.toContain(secret);
});

test('ends a script that does not end, and all that it started', async () => {
  const outcome = await run('sleep 100 & echo $! > pid\nsleep 100', 400);
  expect(outcome.ok ? '' : outcome.error).toMatch(/still running after 0.4 seconds/);
  const pid = Number(await readFile(path.join(folder, 'pid'), 'utf8'));
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
});

test('does not wait for what the script leaves running', async () => {
  const outcome = await run('sleep 3 &\nexport A=1');
  expect(outcome.ok && outcome.value.values['A']).toBe('1');
});

/** A process that was killed but not yet waited for is gone too. */
async function isAlive(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return state !== '' && !/\) Z /.test(state);
}
