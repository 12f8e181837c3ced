import { stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readEnv } from '@/lib/env';
import { testFolder } from '@/lib/testing/test-folder';
import type { CommandContext } from '../session';
import { listSecretsCommand, setSecretCommand, unsetSecretCommand } from './secrets-command';

const VALUE = 'hunter2-of-this-test';

async function terminal(typed: string) {
  const root = await testFolder();
  const said = { text: '' };
  const say = (text: string) => void (said.text += `${text}\n`);
  const env = readEnv({ GALLEY_ROOT: root });
  const context: CommandContext = {
    env,
    io: {
      cwd: root,
      isTerminal: false,
      out: say,
      err: say,
      onInterrupt: () => () => undefined,
      readSecret: () => Promise.resolve(typed),
    },
    open: () => Promise.reject(new Error('not needed')),
  };
  return { context, said, file: path.join(env.dataDir, 'secrets/OPENAI_API_KEY') };
}

test('galley secrets sets, lists and unsets, and never prints a value', async () => {
  const { context, said, file } = await terminal(VALUE);
  expect(await setSecretCommand(context, 'OPENAI_API_KEY')).toBe(0);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await listSecretsCommand(context, {})).toBe(0);
  expect(await listSecretsCommand(context, { json: true })).toBe(0);
  expect(said.text).toContain('["OPENAI_API_KEY"]');
  expect(await unsetSecretCommand(context, 'OPENAI_API_KEY')).toBe(0);
  await expect(stat(file)).rejects.toThrow();
  expect(said.text).not.toContain(VALUE);
});

test('a name that is none, an empty value and an unknown secret are refused with what to do', async () => {
  const { context } = await terminal(VALUE);
  await expect(setSecretCommand(context, '../escape')).rejects.toThrow('letters, digits and _');
  await expect(unsetSecretCommand(context, 'NOT_THERE')).rejects.toThrow('galley secrets list');
  await expect(setSecretCommand((await terminal('')).context, 'OPENAI_API_KEY')).rejects.toThrow('empty');
});
