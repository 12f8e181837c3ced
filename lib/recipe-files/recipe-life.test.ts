import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { compose } from '@/lib/recipes/compose';
import { listVariants } from '@/lib/recipes/list-variants';
import { testFolder } from '@/lib/testing/test-folder';
import { createRecipeFiles, type RecipeFiles } from './recipe-files';
import { createRecipeLife, type RecipeLife } from './recipe-life';
import { versionsOfFile } from '@/lib/domain/recipe-version';
import { writeZip } from './zip/zip-archive';

const TEMPLATES = path.resolve('templates');
let base: string;
let files: RecipeFiles;
let life: RecipeLife;

beforeEach(async () => {
  base = await testFolder();
  await put('recipes/spell/common.yaml', 'seed: 1\n');
  await put('recipes/spell/embedded.yaml', 'defaults:\n  - common\n  - _self_\n');
  await put('recipes/spell/agent_workspace/evaluator.ts', 'export class Spell {}\n');
  await put('recipes/spell/data/train.parquet', new Uint8Array([80, 0, 255]));
  await put('outside.txt', 'outside');
  files = createRecipeFiles(path.join(base, 'recipes'));
  life = createRecipeLife({
    files,
    dataDir: path.join(base, 'data'),
    templatesDir: TEMPLATES,
  });
});

async function put(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(path.join(base, file)), { recursive: true });
  await writeFile(path.join(base, file), content);
}
const text = (file: string) => readFile(path.join(base, 'recipes', file), 'utf8');
const there = (file: string) => existsSync(path.join(base, 'recipes', file));
const paths = async (recipe: string) => (await files.tree(recipe)).map((entry) => entry.path);
const kinds = async (recipe: string) => (await life.versions(recipe)).map(({ kind }) => kind);

/** Path → text of all of a recipe. */
async function snapshot(): Promise<Record<string, string>> {
  const found = (await files.tree('spell')).filter(({ kind }) => kind === 'file');
  const texts = found.map(async ({ path: file }) => [file, await text(file)] as const);
  return Object.fromEntries(await Promise.all(texts));
}

async function save(file: string, content: string, message?: string): Promise<void> {
  const ifMatch = there(file) ? (await files.read(file)).etag : null;
  const outcome = await life.save({ path: file, text: content, ifMatch, message });
  expect(outcome.ok).toBe(true);
}

describe('new recipes', () => {
  test.each(['every-backend', 'single-turn'])(
    '%s composes in every variant and bears its name',
    async (template) => {
      await life.createRecipe('word_count-2', template);
      const layers = await files.layers();
      const variants = listVariants(layers).filter((entry) => entry.startsWith('word_count-2/'));
      expect(variants.length).toBe(template === 'single-turn' ? 1 : 4);
      for (const entry of variants) {
        const { resolved, diagnostics } = compose({ files: layers, entry, env: {} });
        expect(resolved).not.toBeNull();
        // Only the variables of an environment that a person has yet to fill in are missing.
        expect(diagnostics.filter(({ message }) => !message.includes('nvironment'))).toEqual([]);
      }
      const config = await text('word_count-2/common.yaml');
      expect(config).toContain('evaluator_module_path: "agent_workspace/evaluator.');
      expect(config).toContain(':WordCount2Evaluator');
      expect(await text('word_count-2/agent_workspace/evaluator.ts')).toContain('class WordCount2Evaluator');
      expect(
        JSON.stringify(
          await Promise.all(
            (await paths('word_count-2')).filter((file) => /\.(ya?ml|md|ts|py|sh)$/.test(file)).map(text),
          ),
        ),
      ).not.toMatch(/my_task|MyTask|my-task|My Task/);
      expect(await paths('word_count-2')).toContain('word_count-2/data/train.parquet');
      expect(await kinds('word_count-2')).toEqual(['created']);
    },
  );

  test('an unknown template is named, and a crash leaves no half recipe', async () => {
    await expect(life.createRecipe('fresh', '../..')).rejects.toMatchObject({ code: 'not_found' });
    expect(await readdir(path.join(base, 'recipes'))).toEqual(['spell']);
  });

  test.each(['', '.hidden', 'a/b', '..', 'a b', 'x'.repeat(101), 'con', 'node_modules', 'ümlaut'])(
    'a recipe cannot be called "%s"',
    async (name) => {
      await expect(life.createRecipe(name, 'single-turn')).rejects.toMatchObject({ code: 'invalid_input' });
    },
  );

  test('a name that another machine would take for an existing one is refused', async () => {
    await expect(life.duplicateRecipe('spell', 'Spell')).rejects.toThrow('differ in case only');
    await expect(life.duplicateRecipe('spell', 'spell')).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('files and folders', () => {
  test('are created, with the folders that they need, and never over others', async () => {
    await life.createFile('spell/tools/web/Search.yaml');
    await life.createFolder('spell/notes');
    expect(await paths('spell')).toEqual(
      expect.arrayContaining(['spell/tools/web/Search.yaml', 'spell/notes']),
    );
    await expect(life.createFile('spell/common.yaml')).rejects.toMatchObject({ code: 'conflict' });
    await expect(life.createFile('spell/Common.yaml')).rejects.toThrow('case only');
    await expect(life.createFile('spell/Notes/a.md')).rejects.toThrow('case only');
    await expect(life.createFile('loose.yaml')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test.each([
    'spell/../x.md',
    'spell/.env',
    'spell/a\\b',
    'spell/a:b',
    'spell/ a',
    'spell/nul.txt',
    'spell//a',
  ])('"%s" is no name', async (file) => {
    await expect(life.createFile(file)).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(life.rename('spell/common.yaml', file)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('a name that differs in case only from another file is not overwritten', async () => {
    // On a file system that does not tell cases apart these are one file, and the rename succeeds.
    await put('recipes/spell/Common.yaml', 'seed: 2 # another file\n');
    const isOne = (await text('spell/common.yaml')).includes('another');
    const rename = life.rename('spell/common.yaml', 'spell/Common.yaml');
    await (isOne ? rename : expect(rename).rejects.toMatchObject({ code: 'conflict' }));
    expect(await text('spell/Common.yaml')).toBe('seed: 2 # another file\n');
    expect(there('spell/common.yaml')).toBe(true);
  });

  test('a link does not lead a change out of the root, and its target survives its deletion', async () => {
    await symlink(base, path.join(base, 'recipes/spell/up'));
    await expect(life.createFile('spell/up/new.md')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(life.createFile('spell/up/deep/new.md')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(life.remove('spell/up/outside.txt')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(life.rename('spell/common.yaml', 'spell/up/c.yaml')).rejects.toMatchObject({
      code: 'forbidden',
    });
    await symlink('../common.yaml', path.join(base, 'recipes/spell/data/link.yaml'));
    await life.remove('spell/data/link.yaml');
    expect(there('spell/common.yaml')).toBe(true);
    expect(await readFile(path.join(base, 'outside.txt'), 'utf8')).toBe('outside');
  });

  test('a rename to the same name is no change', async () => {
    await life.rename('spell/common.yaml', 'spell/common.yaml');
    await life.renameRecipe('spell', 'spell');
    expect(await life.versions('spell')).toEqual([]);
  });

  test('a rename keeps the history of a file, also of one in a renamed folder', async () => {
    await save('spell/agent_workspace/evaluator.ts', 'export class Two {}\n', 'second');
    await life.rename('spell/agent_workspace', 'spell/agent');
    await life.rename('spell/agent/evaluator.ts', 'spell/agent/judge.ts');
    await life.rename('spell/agent/judge.ts', 'spell/agent/Judge.ts');
    const steps = versionsOfFile(await life.versions('spell'), 'agent/Judge.ts');
    expect(steps.map(({ version, path: file }) => [version.kind, file])).toEqual([
      ['renamed', 'agent/Judge.ts'],
      ['renamed', 'agent/judge.ts'],
      ['renamed', 'agent/evaluator.ts'],
      ['saved', 'agent_workspace/evaluator.ts'],
      ['found', 'agent_workspace/evaluator.ts'],
    ]);
    await expect(life.rename('spell/agent', 'spell/agent/inner')).rejects.toThrow('into itself');
    await expect(life.duplicate('spell/agent', 'spell/agent/inner')).rejects.toThrow('into itself');
  });
});

describe('deleting', () => {
  test('a file, a folder and a recipe come back as they were, links included', async () => {
    await symlink('common.yaml', path.join(base, 'recipes/spell/alias.yaml'));
    const before = await paths('spell');
    const file = await life.remove('spell/common.yaml');
    const folder = await life.remove('spell/agent_workspace');
    const recipe = await life.remove('spell');
    expect(there('spell')).toBe(false);
    expect((await life.deleted()).map((entry) => entry.path)).toEqual(
      expect.arrayContaining(['spell', 'spell/agent_workspace', 'spell/common.yaml']),
    );
    await life.restore(recipe.id);
    await life.restore(folder.id);
    await life.restore(file.id);
    expect(await paths('spell')).toEqual(before);
    expect((await lstat(path.join(base, 'recipes/spell/alias.yaml'))).isSymbolicLink()).toBe(true);
    expect(await life.deleted()).toEqual([]);
    await expect(life.restore(file.id)).rejects.toMatchObject({ code: 'not_found' });
    expect((await kinds('spell')).slice(0, 6)).toEqual([
      'restored',
      'restored',
      'restored',
      'deleted',
      'deleted',
      'deleted',
    ]);
  });

  test('a place that was taken meanwhile is not overwritten', async () => {
    const { id } = await life.remove('spell/common.yaml');
    await put('recipes/spell/common.yaml', 'new: 1\n');
    await expect(life.restore(id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await text('spell/common.yaml')).toBe('new: 1\n');
    await rm(path.join(base, 'recipes/spell/common.yaml'));
    await life.restore(id);
    expect(await text('spell/common.yaml')).toBe('seed: 1\n');
  });

  test.each(['..', '../../etc', 'x', ''])('no id "%s" leads out of the trash', async (id) => {
    await expect(life.restore(id)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('versions', () => {
  test('every save is one, with its message; what others wrote in between is kept too', async () => {
    await save('spell/common.yaml', 'seed: 2\n', 'try two');
    await put('recipes/spell/common.yaml', 'seed: 3 # by git\n');
    await save('spell/common.yaml', 'seed: 4\n');
    const steps = versionsOfFile(await life.versions('spell'), 'common.yaml');
    const told = await Promise.all(
      steps.map(async ({ version }) => [
        version.kind,
        version.message,
        await life.versionText('spell', version.id, 'common.yaml'),
      ]),
    );
    expect(told).toEqual([
      ['saved', null, 'seed: 4\n'],
      ['found', null, 'seed: 3 # by git\n'],
      ['saved', 'try two', 'seed: 2\n'],
      ['found', null, 'seed: 1\n'],
    ]);
  });

  test('a save that is refused is no version', async () => {
    await life.save({ path: 'spell/common.yaml', text: 'x: 1\n', ifMatch: 'stale' });
    expect(await life.versions('spell')).toEqual([]);
  });

  test('no literal secret is written into the data folder', async () => {
    await save('spell/self_hosted.env.sh', 'export WANDB_API_KEY="hunter2-8f3k2j"\n');
    const [version] = await life.versions('spell');
    expect(await life.versionText('spell', version?.id ?? '', 'self_hosted.env.sh')).toBe(
      'export WANDB_API_KEY=***\n',
    );
    expect(await text('spell/self_hosted.env.sh')).toContain('hunter2');
  });

  test('a version can be named, and the history goes with a renamed recipe', async () => {
    await save('spell/common.yaml', 'seed: 2\n');
    const [version] = await life.versions('spell');
    await life.nameVersion('spell', version?.id ?? '', ' baseline ');
    await life.renameRecipe('spell', 'spelling');
    const versions = await life.versions('spelling');
    expect(versions.map(({ kind, name }) => [kind, name])).toEqual([
      ['renamed', null],
      ['saved', 'baseline'],
      ['found', null],
    ]);
    expect(await life.versionText('spelling', version?.id ?? '', 'common.yaml')).toBe('seed: 2\n');
  });

  test('a whole recipe comes back as it was: changed, new, renamed and deleted files; and so does what it was after', async () => {
    await life.duplicate('spell/data/train.parquet', 'spell/data/more.parquet');
    await save('spell/common.yaml', 'seed: 2\n');
    const [then] = await life.versions('spell');
    await save('spell/common.yaml', 'seed: 3\n');
    await put('recipes/spell/embedded.yaml', 'defaults: [common, _self_] # by git\n');
    await save('spell/embedded.yaml', 'defaults: [common, _self_]\nx: 1\n');
    await life.createFile('spell/notes.md');
    await life.rename('spell/agent_workspace/evaluator.ts', 'spell/agent_workspace/judge.ts');
    await life.remove('spell/data/train.parquet');
    const after = await snapshot();
    const id = then?.id ?? '';

    const plan = await life.planRestore('spell', id);
    expect(plan.changes.map(({ path: file, then: old }) => [file, old])).toEqual([
      ['agent_workspace/evaluator.ts', 'export class Spell {}\n'],
      ['agent_workspace/judge.ts', null],
      ['common.yaml', 'seed: 2\n'],
      // as the first save after that version found it
      ['embedded.yaml', 'defaults: [common, _self_] # by git\n'],
      ['notes.md', null],
    ]);
    expect(plan.leftOut).toEqual([
      {
        path: 'data/train.parquet',
        reason: 'it is deleted, and versions keep no data and images; look in the trash',
      },
    ]);

    const { undo, count } = await life.restoreVersion('spell', id);
    expect(count).toBe(5);
    expect(await text('spell/common.yaml')).toBe('seed: 2\n');
    expect(await text('spell/agent_workspace/evaluator.ts')).toBe('export class Spell {}\n');
    expect(there('spell/notes.md')).toBe(false);
    expect(await life.planRestore('spell', id)).toMatchObject({ changes: [] });
    expect(await life.restoreVersion('spell', id)).toEqual({ undo: null, count: 0 });

    await life.restoreVersion('spell', undo ?? '');
    expect(await snapshot()).toEqual(after);
  });

  test('a file with a secret in clear is left alone when its recipe is restored', async () => {
    await save('spell/tinker.env.sh', 'export REGION=eu\n');
    const [then] = await life.versions('spell');
    const open = 'export WANDB_API_KEY="hunter2-8f3k2j"\n';
    await save('spell/tinker.env.sh', open);
    await save('spell/common.yaml', 'seed: 2\n');
    const plan = await life.planRestore('spell', then?.id ?? '');
    expect(plan.leftOut.map(({ path: file }) => file)).toEqual(['tinker.env.sh']);
    expect(JSON.stringify(plan)).not.toContain('hunter2');
    await life.restoreVersion('spell', then?.id ?? '');
    expect(await text('spell/tinker.env.sh')).toBe(open);
    expect(await text('spell/common.yaml')).toBe('seed: 1\n');
  });

  test('an address names no history outside the store', async () => {
    await put('data/1700000000000-0badcafe.json.gz', 'not of a recipe');
    for (const name of ['..', '../recipes/spell', '.root', 'a/b'])
      await expect(life.versions(name)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('a recipe is renamed even if its history cannot be', async () => {
    await put('data/recipe-versions', 'no folder');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await life.renameRecipe('spell', 'spelling');
    expect(await text('spelling/common.yaml')).toBe('seed: 1\n');
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('history of spell'), expect.anything());
  });

  test('named versions outlive the bound on unnamed ones', { timeout: 60_000 }, async () => {
    await save('spell/common.yaml', 'seed: 0\n');
    const [first] = await life.versions('spell');
    await life.nameVersion('spell', first?.id ?? '', 'keep');
    for (let seed = 10; seed < 320; seed += 1) await save('spell/common.yaml', `seed: ${seed}\n`);
    const versions = await life.versions('spell');
    expect(versions).toHaveLength(301);
    expect(versions.at(-1)).toMatchObject({ id: first?.id, name: 'keep' });
  });
});

describe('zip', () => {
  test('what is exported and imported is the same recipe, without secrets and hidden files', async () => {
    await put('recipes/spell/.env', 'KEY=1');
    await put('recipes/spell/tinker.env.sh', 'export WANDB_API_KEY=hunter2-8f3k2j\n');
    const zip = await life.exportRecipe('spell');
    await expect(life.importRecipe(zip, null)).rejects.toMatchObject({ code: 'conflict' });
    expect(await life.importRecipe(zip, 'spell_too')).toEqual({ name: 'spell_too', leftOut: [] });
    const names = (await paths('spell')).map((file) => file.slice('spell'.length));
    expect((await paths('spell_too')).map((file) => file.slice('spell_too'.length))).toEqual(names);
    expect(await text('spell_too/common.yaml')).toBe('seed: 1\n');
    expect(await text('spell_too/tinker.env.sh')).toBe('export WANDB_API_KEY=***\n');
    const data = await readFile(path.join(base, 'recipes/spell_too/data/train.parquet'));
    expect([...data]).toEqual([80, 0, 255]);
  });

  const bytes = (content: string) => new TextEncoder().encode(content);
  const layer = ['a/common.yaml', bytes('x: 1\n')] as const;
  test.each([
    ['a path that climbs out', [layer, ['a/../../evil.txt', bytes('x')]]],
    ['an absolute path', [layer, ['/etc/passwd', bytes('x')]]],
    ['a Windows path', [layer, ['a\\..\\evil', bytes('x')]]],
    ['one name twice', [layer, ['a/Common.yaml', bytes('x')]]],
    ['no layer', [['a/readme.txt', bytes('x')]]],
    ['nothing', []],
  ] as const)('%s in a zip is refused and nothing is written', async (_, entries) => {
    await expect(life.importRecipe(writeZip(entries), 'fresh')).rejects.toMatchObject({
      code: 'unprocessable',
    });
    expect(await readdir(path.join(base, 'recipes'))).toEqual(['spell']);
    expect(await readdir(base)).toEqual(expect.not.arrayContaining(['evil.txt']));
  });

  test('a link, a bomb, an altered byte and other files are refused', async () => {
    const zip = writeZip([layer]);
    const link = Uint8Array.from(zip);
    const central = Buffer.from(link).indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    new DataView(link.buffer).setUint16(central + 40, 0o120777, true);
    await expect(life.importRecipe(link, 'fresh')).rejects.toThrow('is a link');
    const bomb = writeZip([layer, ['a/zeros.txt', new Uint8Array(140 * 1024 * 1024)]]);
    expect(bomb.length).toBeLessThan(1024 * 1024);
    await expect(life.importRecipe(bomb, 'fresh')).rejects.toThrow('larger than Galley takes');
    const altered = Uint8Array.from(zip);
    altered[central - 2] = (altered[central - 2] ?? 0) ^ 0xff;
    await expect(life.importRecipe(altered, 'fresh')).rejects.toMatchObject({ code: 'unprocessable' });
    await expect(life.importRecipe(bytes('not a zip at all, whatever its name'), 'fresh')).rejects.toThrow(
      'cannot be read',
    );
    expect(await readdir(path.join(base, 'recipes'))).toEqual(['spell']);
  });

  test('hidden files and what operating systems add are left out, and said', async () => {
    const zip = writeZip([layer, ['__MACOSX/a/._common.yaml', bytes('x')], ['a/.git/config', bytes('x')]]);
    expect(await life.importRecipe(zip, null)).toEqual({
      name: 'a',
      leftOut: ['__MACOSX/a/._common.yaml', 'a/.git/config'],
    });
  });
});
