import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRecipeFiles, type RecipeFiles } from './recipe-files';
import { explainWriteError } from './text-file';

let base: string;
let recipes: RecipeFiles;

beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'recipe-files-'));
  await put('secret.txt', 'outside');
  await put('recipes/spell/common.yaml', 'data:\n  seed: 1\n');
  await put('recipes/spell/embedded.yaml', 'defaults:\n  - common\n  - _self_\n');
  await put(
    'recipes/spell/README.md',
    '# Spelling bee\n\nLearns to **spell** words, see [docs](x).\n\n## More\n',
  );
  await put('recipes/spell/agent_workspace/evaluator.ts', 'export class Spell {}\n');
  await put('recipes/spell/agent_workspace/agent_config.yaml', 'name: x\n');
  await put('recipes/spell/data/train.parquet', new Uint8Array([80, 65, 82, 49, 0, 255]));
  await put('recipes/shared/models.yaml', 'model: tiny\n');
  recipes = createRecipeFiles(path.join(base, 'recipes'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

async function put(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(path.join(base, file)), { recursive: true });
  await writeFile(path.join(base, file), content);
}

describe('listing', () => {
  test('a recipe carries its title, its first paragraph and its variants', async () => {
    expect(await recipes.list()).toEqual([
      { name: 'shared', title: 'shared', summary: null, variants: [] },
      {
        name: 'spell',
        title: 'Spelling bee',
        summary: 'Learns to spell words, see docs.',
        variants: ['embedded'],
      },
    ]);
  });

  test('a broken variant is still a variant', async () => {
    await put('recipes/spell/tinker.yaml', 'defaults: [common\ntrainer: {');
    const spell = (await recipes.list()).find((recipe) => recipe.name === 'spell');
    expect(spell?.variants).toEqual(['embedded', 'tinker']);
  });

  test('the tree of a recipe has its files before its folders, and no hidden ones', async () => {
    await put('recipes/spell/.env', 'KEY=1');
    expect((await recipes.tree('spell')).map((entry) => entry.path)).toEqual([
      'spell/README.md',
      'spell/common.yaml',
      'spell/embedded.yaml',
      'spell/agent_workspace',
      'spell/agent_workspace/agent_config.yaml',
      'spell/agent_workspace/evaluator.ts',
      'spell/data',
      'spell/data/train.parquet',
    ]);
  });

  test('an unknown recipe and a missing folder are named', async () => {
    await expect(recipes.tree('nothing')).rejects.toMatchObject({ code: 'not_found' });
    await expect(recipes.tree('..')).rejects.toMatchObject({ code: 'not_found' });
    const lost = createRecipeFiles(path.join(base, 'missing'));
    await expect(lost.list()).rejects.toThrow('GALLEY_RECIPES_DIR');
  });

  test('a link in a circle does not hang the walk', async () => {
    await symlink(path.join(base, 'recipes'), path.join(base, 'recipes/spell/loop'));
    await symlink(path.join(base, 'recipes/spell'), path.join(base, 'recipes/spell/again'));
    expect((await recipes.tree('spell')).map((entry) => entry.path)).toContain('spell/again');
  });
});

describe('paths', () => {
  test.each([
    '../secret.txt',
    'spell/../../secret.txt',
    '/etc/passwd',
    'spell//common.yaml',
    'spell\\common.yaml',
    '.env',
    'spell/.env',
    '',
    'spell/common.yaml\0.md',
  ])('"%s" is refused for reading and writing', async (file) => {
    await expect(recipes.read(file)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(recipes.save({ path: file, text: 'x', ifMatch: null })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  test('a link that leaves the root is refused and never listed', async () => {
    await symlink(path.join(base, 'secret.txt'), path.join(base, 'recipes/spell/leak.yaml'));
    await symlink(base, path.join(base, 'recipes/spell/up'));
    await expect(recipes.read('spell/leak.yaml')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(recipes.read('spell/up/secret.txt')).rejects.toMatchObject({ code: 'forbidden' });
    const save = recipes.save({ path: 'spell/up/new.yaml', text: 'x', ifMatch: null });
    await expect(save).rejects.toMatchObject({ code: 'forbidden' });
    expect(Object.keys(await recipes.layers())).not.toContain('spell/leak.yaml');
    expect((await recipes.tree('spell')).map((entry) => entry.path)).not.toContain('spell/up');
    expect(await readFile(path.join(base, 'secret.txt'), 'utf8')).toBe('outside');
  });

  test('a link inside the root is followed, and a save keeps it a link', async () => {
    await symlink('../shared/models.yaml', path.join(base, 'recipes/spell/models.yaml'));
    const { text, etag } = await recipes.read('spell/models.yaml');
    expect(text).toBe('model: tiny\n');
    await recipes.save({ path: 'spell/models.yaml', text: 'model: big\n', ifMatch: etag });
    expect((await recipes.read('shared/models.yaml')).text).toBe('model: big\n');
  });
});

describe('saving', () => {
  test('a save replaces the version that it names, keeps the mode and leaves no draft behind', async () => {
    await chmod(path.join(base, 'recipes/spell/common.yaml'), 0o640);
    const before = await recipes.read('spell/common.yaml');
    const saved = await recipes.save({ path: before.path, text: 'data:\n  seed: 2\n', ifMatch: before.etag });
    expect(saved).toMatchObject({ ok: true, value: { text: 'data:\n  seed: 2\n' } });
    expect(await readFile(path.join(base, 'recipes/spell/common.yaml'), 'utf8')).toBe('data:\n  seed: 2\n');
    expect((await stat(path.join(base, 'recipes/spell/common.yaml'))).mode & 0o777).toBe(0o640);
    const drafts = (await readdir(path.join(base, 'recipes/spell'))).filter((name) => name.includes('draft'));
    expect(drafts).toEqual([]);
  });

  test('a file changed on disk is a conflict that brings the other text, and nothing is lost', async () => {
    const { etag } = await recipes.read('spell/common.yaml');
    await put('recipes/spell/common.yaml', 'data:\n  seed: 99\n');
    const outcome = await recipes.save({ path: 'spell/common.yaml', text: 'mine', ifMatch: etag });
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'conflict', theirs: { text: 'data:\n  seed: 99\n' } },
    });
    expect((await recipes.read('spell/common.yaml')).text).toBe('data:\n  seed: 99\n');
  });

  test('of two saves over the same version at the same time exactly one wins', async () => {
    const { etag } = await recipes.read('spell/common.yaml');
    const outcomes = await Promise.all(
      ['a: 1\n', 'b: 2\n'].map((text) => recipes.save({ path: 'spell/common.yaml', text, ifMatch: etag })),
    );
    expect(outcomes.map((outcome) => outcome.ok).toSorted()).toEqual([false, true]);
  });

  test('a removed file is a conflict without a text, and can be made again', async () => {
    const { etag } = await recipes.read('spell/common.yaml');
    await rm(path.join(base, 'recipes/spell/common.yaml'));
    const outcome = await recipes.save({ path: 'spell/common.yaml', text: 'mine', ifMatch: etag });
    expect(outcome).toMatchObject({ ok: false, error: { theirs: null } });
    expect(await recipes.save({ path: 'spell/common.yaml', text: 'mine', ifMatch: null })).toMatchObject({
      ok: true,
    });
  });

  test('a new file does not overwrite one that exists', async () => {
    const outcome = await recipes.save({ path: 'spell/common.yaml', text: 'mine', ifMatch: null });
    expect(outcome).toMatchObject({ ok: false, error: { code: 'conflict' } });
  });

  test('what is too large or not text is refused before anything is written', async () => {
    const { etag } = await recipes.read('spell/common.yaml');
    const save = (text: string) => recipes.save({ path: 'spell/common.yaml', text, ifMatch: etag });
    await expect(save('x'.repeat(1024 * 1024 + 1))).rejects.toThrow('1024 KiB');
    await expect(save('a\0b')).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(recipes.read('spell/data/train.parquet')).rejects.toMatchObject({ code: 'unprocessable' });
    expect((await recipes.read('spell/common.yaml')).etag).toBe(etag);
  });

  test.each([
    ['EACCES', 'chmod'],
    ['EROFS', 'read-only'],
    ['ENOSPC', 'full'],
  ])('%s becomes a message that says how to mend it', (code, word) => {
    const error = Object.assign(new Error(code), { code });
    const explained = explainWriteError(error, 'spell/common.yaml', '/recipes/spell');
    expect(explained).toMatchObject({ code: 'storage', cause: error });
    expect(String(explained)).toMatch(new RegExp(`spell/common.yaml.*/recipes/spell.*${word}`, 's'));
  });
});

describe('reading many', () => {
  test('layers are all YAML files below the root', async () => {
    expect(Object.keys(await recipes.layers()).toSorted()).toEqual([
      'shared/models.yaml',
      'spell/agent_workspace/agent_config.yaml',
      'spell/common.yaml',
      'spell/embedded.yaml',
    ]);
  });

  test('a snapshot holds no secret that somebody wrote into a file', async () => {
    await put('recipes/spell/tinker.yaml', 'api_key: hunter2hunter2\n');
    await put('recipes/spell/tinker.env.sh', 'export HF_TOKEN=hunter2hunter2\n');
    const files = await recipes.snapshot('spell/embedded.yaml', []);
    expect(files['spell/tinker.yaml']).toBe('api_key: "${oc.env:API_KEY}"\n');
    expect(JSON.stringify(files)).not.toContain('hunter2');
  });

  test('a snapshot has the small text files of the recipe and the layers it includes, no data', async () => {
    await put('recipes/spell/notes.md', 'n'.repeat(300 * 1024));
    const files = await recipes.snapshot('spell/embedded.yaml', ['spell/common.yaml', 'shared/models.yaml']);
    expect(Object.keys(files).toSorted()).toEqual([
      'shared/models.yaml',
      'spell/README.md',
      'spell/agent_workspace/agent_config.yaml',
      'spell/agent_workspace/evaluator.ts',
      'spell/common.yaml',
      'spell/embedded.yaml',
    ]);
  });
});
