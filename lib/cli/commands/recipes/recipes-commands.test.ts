import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Env, readEnv } from '@/lib/env';
import { writeZip } from '@/lib/recipe-files/zip/zip-archive';
import { MAX_ZIP_BYTES } from '@/lib/shared/recipe-zip-limits';
import { testFolder } from '@/lib/testing/test-folder';
import { runCli } from '@/lib/cli/run-cli';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');

let env: Env;
let cwd: string;

beforeEach(async () => {
  cwd = await testFolder();
  // The repository gives the templates; recipes and data folder are the test's own.
  env = readEnv({
    GALLEY_ROOT: REPOSITORY,
    GALLEY_DATA_DIR: path.join(cwd, 'data'),
    GALLEY_RECIPES_DIR: path.join(cwd, 'recipes'),
  });
  await put('math/common.yaml', 'seed: 1\ntrainer:\n  lr: 1e-4\n');
  await put('math/embedded.yaml', 'defaults:\n  - common\n  - _self_\nonly: 1\n');
  await put('math/tinker.yaml', 'defaults:\n  - common\n  - _self_\ntrainer:\n  lr: 0.0002\n');
});

async function put(file: string, text: string): Promise<void> {
  const place = path.join(env.recipesDir, file);
  await mkdir(path.dirname(place), { recursive: true });
  await writeFile(place, text);
}
const text = (file: string) => readFile(path.join(env.recipesDir, file), 'utf8');
const there = (file: string) => existsSync(path.join(env.recipesDir, file));

async function recipes(...args: readonly string[]) {
  const said = { out: '', err: '' };
  const io = {
    cwd,
    isTerminal: false,
    out: (line: string) => void (said.out += `${line}\n`),
    err: (line: string) => void (said.err += `${line}\n`),
    readSecret: () => Promise.resolve(''),
    onInterrupt: () => () => undefined,
  };
  const open = () => Promise.reject(new Error('no command about recipes needs the store'));
  const code = await runCli({ io, env, open }, ['node', 'galley', 'recipes', ...args]);
  return { code, ...said };
}

async function json(...args: readonly string[]): Promise<unknown> {
  const { code, out, err } = await recipes(...args, '--json');
  expect({ code, err }).toMatchObject({ code: 0 });
  return JSON.parse(out);
}

test('list names recipes and variants; new makes one of a template', async () => {
  expect(await json('list')).toMatchObject([{ name: 'math', variants: ['embedded', 'tinker'] }]);
  expect(await json('new', 'fresh', '--template', 'every-backend')).toMatchObject({
    recipe: 'fresh',
    variants: ['embedded', 'self_hosted', 'tinker', 'weaver'],
  });
  expect((await recipes('list')).out).toMatch(/fresh\s+embedded self_hosted tinker weaver/);
  expect(await recipes('new', 'fresh')).toMatchObject({ code: 4 });
  const unknown = await recipes('new', 'other', '--template', 'none');
  expect(unknown).toMatchObject({ code: 4 });
  expect(unknown.err).toContain('every-backend, single-turn');
  expect((await recipes('new', 'no/name')).err).toContain('cannot be a recipe');
});

test('duplicate, rename, delete and restore take recipes and files, typed as one finds them', async () => {
  expect(await json('duplicate', 'math', 'maths')).toEqual({ from: 'math', to: 'maths' });
  expect(await json('duplicate', 'recipes/math/tinker.yaml', 'recipes/math/t2.yaml')).toEqual({
    from: 'math/tinker.yaml',
    to: 'math/t2.yaml',
  });
  await json('rename', 'math/t2.yaml', 'math/tools/t3.yaml');
  expect(there('math/tools/t3.yaml')).toBe(true);
  await json('rename', 'maths', 'algebra');
  expect(there('algebra/common.yaml')).toBe(true);
  await json('delete', 'algebra/');
  expect(there('algebra')).toBe(false);
  expect(await json('restore')).toMatchObject([{ path: 'algebra' }]);
  await json('restore', 'algebra');
  expect(there('algebra/common.yaml')).toBe(true);
  expect(await recipes('restore', 'algebra')).toMatchObject({ code: 4 });
  const gone = await recipes('delete', 'calculus', '--json');
  expect(gone).toMatchObject({ code: 4 });
  expect(JSON.parse(gone.out)).toMatchObject({ error: { code: 'not_found' } });
  expect(gone.err).toContain('There are: algebra, math');
});

const Versions = z.array(z.object({ id: z.string(), kind: z.string(), message: z.string().nullable() }));

test('versions lists a file through its renames, restore-version brings a text back and is undone likewise', async () => {
  await json('duplicate', 'math/common.yaml', 'math/base.yaml');
  await json('rename', 'math/base.yaml', 'math/layers.yaml');
  await put('math/layers.yaml', 'seed: 2\n');
  const versions = Versions.parse(await json('versions', 'math/layers.yaml'));
  expect(versions.map(({ kind }) => kind)).toEqual(['renamed', 'duplicated']);
  const first = versions[1]?.id ?? '';
  expect(await json('restore-version', 'math/layers.yaml', first)).toMatchObject({ isChanged: true });
  expect(await text('math/layers.yaml')).toContain('lr: 1e-4');
  const after = Versions.parse(await json('versions', 'math/layers.yaml'));
  expect(after.slice(0, 2).map(({ kind }) => kind)).toEqual(['saved', 'found']);
  await json('restore-version', 'math/layers.yaml', after[1]?.id ?? '');
  expect(await text('math/layers.yaml')).toBe('seed: 2\n');
  expect((await recipes('versions', 'math')).out).toContain('copy of math/common.yaml');
  const missing = await recipes('restore-version', 'math/layers.yaml', 'nope');
  expect(missing).toMatchObject({ code: 4 });
  expect(missing.err).toContain('galley recipes versions math/layers.yaml');
});

test('a version does not take a secret in clear away', async () => {
  const file = 'math/tinker.env.sh';
  await put(file, 'export TINKER_API_KEY=hunter2-8f3k2j\n');
  await json('duplicate', file, 'math/weaver.env.sh');
  const [version] = Versions.parse(await json('versions', 'math/weaver.env.sh'));
  const refused = await recipes('restore-version', 'math/weaver.env.sh', version?.id ?? '');
  expect(refused).toMatchObject({ code: 4 });
  expect(refused.err).toContain('galley secrets set');
  expect(await text('math/weaver.env.sh')).toContain('hunter2');
});

test('an exported zip is imported under another name; nothing is overwritten', async () => {
  const zip = path.join(cwd, 'math.zip');
  expect(await json('export', 'math')).toMatchObject({ recipe: 'math', file: zip });
  expect(await recipes('export', 'math')).toMatchObject({ code: 4 });
  await json('export', 'math', '--force', '-o', zip);
  expect(await recipes('import', zip)).toMatchObject({ code: 4 });
  expect(await json('import', 'math.zip', '--as', 'copied')).toEqual({ recipe: 'copied', leftOut: [] });
  expect(await text('copied/tinker.yaml')).toBe(await text('math/tinker.yaml'));
  expect(await recipes('import', 'absent.zip')).toMatchObject({ code: 4 });
});

test('a hostile or too large zip is refused with its reason', async () => {
  const bytes = new TextEncoder().encode('x: 1\n');
  const climbing = path.join(cwd, 'climbing.zip');
  await writeFile(
    climbing,
    writeZip([
      ['a/common.yaml', bytes],
      ['a/../../evil.yaml', bytes],
    ]),
  );
  const refused = await recipes('import', climbing);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.err).toContain('leads out of its folder');
  const large = path.join(cwd, 'large.zip');
  await writeFile(large, new Uint8Array(MAX_ZIP_BYTES + 1));
  expect((await recipes('import', large)).err).toContain('takes zips up to 32.0 MiB');
  expect(there('../evil.yaml')).toBe(false);
});

test('diff prints resolved values by meaning, and refuses what does not compose', async () => {
  expect(await json('diff', 'math/embedded', 'math/tinker.yaml')).toEqual({
    before: 'math/embedded.yaml',
    after: 'math/tinker.yaml',
    changes: [
      { path: 'trainer.lr', before: '0.0001', after: '0.0002' },
      { path: 'only', before: '1', after: null },
    ],
    equal: 1,
  });
  const said = await recipes('diff', 'math/embedded', 'math/tinker');
  expect(said.out).toBe('~ trainer.lr: 0.0001 → 0.0002\n- only: 1\n');
  await put('math/broken.yaml', 'defaults:\n  - absent\n');
  const broken = await recipes('diff', 'math/embedded', 'math/broken');
  expect(broken).toMatchObject({ code: 2 });
  expect(broken.err).toContain('math/broken.yaml does not compose');
});

test('migrate shows the lines first, writes them when told, and is done the second time', async () => {
  const old =
    'defaults:\n  - common\n  - _self_\nservice:\n  inference_service:\n    model_tag: small # the one\n';
  await put('math/old.yaml', old);
  const shown = await recipes('migrate', 'math/old');
  expect(shown).toMatchObject({ code: 0 });
  expect(shown.out).toContain('-    model_tag: small # the one');
  expect(shown.out).toContain('+    identifier: small # the one');
  expect(shown.err).toContain('--write');
  expect(await text('math/old.yaml')).toBe(old);
  expect(await json('migrate', 'math/old', '--write')).toMatchObject({
    files: ['math/old.yaml'],
    isWritten: true,
  });
  expect(await text('math/old.yaml')).toBe(old.replace('model_tag', 'identifier'));
  expect(await json('migrate', 'math/old', '--write')).toMatchObject({ migrations: [], isWritten: false });
  expect(Versions.parse(await json('versions', 'math/old.yaml'))).toMatchObject([
    { kind: 'saved', message: "migrated to today's shape" },
    { kind: 'found' },
  ]);
});
