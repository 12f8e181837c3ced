import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readEnv } from '@/lib/env';
import { testFolder } from '@/lib/testing/test-folder';
import type { CommandContext } from '../session';
import { dataCheckCommand } from './data-check-command';
import { dataConvertCommand } from './data-convert-command';
import { dataHeadCommand } from './data-head-command';

const RECIPE = `defaults:
  - _self_
data:
  data_files: [data/train.jsonl]
  prompt_key: prompt
  max_prompt_length: 8
service:
  inference_service:
    backend: embedded
`;

async function workplace(files: Readonly<Record<string, string>>) {
  const root = await testFolder();
  const said = { out: '', err: '' };
  for (const [name, text] of Object.entries({ 'recipes/task/embedded.yaml': RECIPE, ...files })) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  const context: CommandContext = {
    env: readEnv({ GALLEY_ROOT: root }),
    io: {
      cwd: root,
      isTerminal: false,
      out: (text) => void (said.out += `${text}\n`),
      err: (text) => void (said.err += `${text}\n`),
      onInterrupt: () => () => undefined,
      readSecret: () => Promise.reject(new Error('not needed')),
    },
    open: () => Promise.reject(new Error('not needed')),
  };
  return { root, said, context };
}

test('data check prints columns, lengths and findings within 80 columns, and exits 0', async () => {
  const rows = Array.from({ length: 40 }, (_, at) => ({ prompt: 'x'.repeat(1 + (at % 12)), answer: at }));
  const { said, context } = await workplace({
    'recipes/task/data/train.jsonl': rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  });
  expect(await dataCheckCommand(context, { recipe: 'task', overrides: [] }, {})).toBe(0);
  expect(said.out).toContain('task/embedded.yaml');
  expect(said.out).toMatch(/data\/train\.jsonl +40 +/);
  expect(said.out).toMatch(/answer +integer +0 +40 +0 to 39, mean 19\.5/);
  expect(said.out).toMatch(/Prompt length: 1 to 12 tokens \(bytes\)/);
  expect(said.out).toMatch(/warning: data\.data_files: 28 of 40 rows \(70\.0 %\) repeat/);
  expect(said.out).toMatch(/warning: data\.data_files: 12 of 40 rows \(30\.0 %\) have a prompt above/);
  for (const line of said.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('data check exits 1 on an error, naming file, column and what to do; as JSON too', async () => {
  const { root, said, context } = await workplace({ 'recipes/task/data/train.jsonl': '{"question":"a"}\n' });
  const typed = { recipe: 'recipes/task/embedded.yaml', overrides: [] };
  expect(await dataCheckCommand(context, typed, {})).toBe(1);
  const unwrapped = said.out.replaceAll(/\s+/g, ' ');
  expect(unwrapped).toContain(
    `error: ${path.join(root, 'recipes/task/data/train.jsonl')} has no column "prompt"`,
  );
  expect(unwrapped).toMatch(/It has: question/);
  said.out = '';
  expect(await dataCheckCommand(context, typed, { json: true })).toBe(1);
  expect(JSON.parse(said.out)).toMatchObject({
    checked: [
      { entry: 'task/embedded.yaml', ok: false, profile: { findings: [{ code: 'data_column_missing' }] } },
    ],
  });
  const override = { ...typed, overrides: ['data.prompt_key=question'] };
  expect(await dataCheckCommand(context, override, {})).toBe(0);
});

test('data convert and head', async () => {
  const { root, said, context } = await workplace({ 'in.csv': 'prompt,n\n"a\nb",1\nc,2\n' });
  expect(await dataConvertCommand(context, ['in.csv', 'out.parquet'], {})).toBe(0);
  expect(said.out).toMatch(/out\.parquet: 2 rows.*\nCOLUMN +TYPE\nprompt +string\nn +int64/);
  await expect(dataConvertCommand(context, ['in.csv', 'out.parquet'], {})).rejects.toThrow(/--force/);
  await expect(dataConvertCommand(context, ['out.parquet'], {})).rejects.toThrow(/Name the input files/);
  said.out = '';
  expect(await dataHeadCommand(context, 'out.parquet', { rows: '1' })).toBe(0);
  expect(said.out).toBe('row 0\n  prompt  a\n          b\n  n       1\n');
  said.out = '';
  await dataHeadCommand(context, 'in.csv', { rows: '5', json: true });
  expect(said.out).toBe('{"prompt":"a\\nb","n":1}\n{"prompt":"c","n":2}\n');
  expect((await readFile(path.join(root, 'out.parquet'))).subarray(0, 4).toString()).toBe('PAR1');
});
