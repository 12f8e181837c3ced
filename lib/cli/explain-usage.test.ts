import { expect, test } from 'vitest';
import { version } from '@/package.json';
import { readEnv } from '@/lib/env';
import { testFolder } from '@/lib/testing/test-folder';
import { runCli } from './run-cli';

async function galley(...args: readonly string[]) {
  const said = { out: '', err: '' };
  const root = await testFolder();
  const io = {
    cwd: root,
    isTerminal: false,
    out: (line: string) => void (said.out += `${line}\n`),
    err: (line: string) => void (said.err += `${line}\n`),
    readSecret: () => Promise.resolve(''),
    onInterrupt: () => () => undefined,
  };
  const open = () => Promise.reject(new Error('not needed'));
  const code = await runCli({ io, env: readEnv({ GALLEY_ROOT: root }), open }, ['node', 'galley', ...args]);
  return { code, ...said };
}

test.each([
  [['runs', '--limit', 'abc'], '--limit cannot be "abc". It must be a whole number above 0.'],
  [['runs', '--limit'], '--limit <count> needs a value'],
  [['runs', '--limt', '3'], 'galley runs has no option --limt. Did you mean --limit?'],
  [['rnus'], 'There is no command galley rnus. Did you mean runs?'],
  [['recipes', 'lst'], 'There is no command galley recipes lst. Did you mean list?'],
  [['logs', 'x'], '<id> cannot be "x". A run is named by its number'],
  [['logs'], 'galley logs needs <id>, and it is missing.'],
  [['pause', '1', '2'], 'galley pause takes 1 argument, and there are 2.'],
])('%s is explained in one sentence, with the usage', async (args, sentence) => {
  const { code, err } = await galley(...args);
  expect(code).toBe(2);
  expect(err).toContain(`error: ${sentence}`);
  expect(err).toMatch(/Usage: galley |--help lists its commands/);
});

test('--json says it to programs too', async () => {
  const { out } = await galley('runs', '--limit', 'abc', '--json');
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'invalid_input' } });
});

test('--version prints the version of the package', async () => {
  expect(await galley('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
});
