import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';
import { placeForNew, translated } from './change-entries';
import { assertRecipeName } from './entry-name';
import { realRecipesRoot } from './recipe-path';
import { templateFiles } from './templates/recipe-template';

export type RecipeSource =
  | { readonly kind: 'template'; readonly templatesDir: string; readonly template: string }
  /** Paths from the recipe's folder. */
  | { readonly kind: 'files'; readonly files: ReadonlyMap<string, Uint8Array> };

/** Makes a recipe's folder in one step: whoever looks meets all of it or none of it. */
export async function placeRecipe(root: string, name: string, source: RecipeSource): Promise<void> {
  assertRecipeName(name);
  const place = await placeForNew(root, name);
  const files = source.kind === 'files' ? source.files : await readTemplate(source, name);
  const draft = path.join(await realRecipesRoot(root), `.${name}.${crypto.randomUUID()}.draft`);
  await translated(
    async () => {
      try {
        for (const [file, bytes] of files) {
          await mkdir(path.join(draft, path.dirname(file)), { recursive: true });
          await writeFile(path.join(draft, file), bytes, { flag: 'wx' });
        }
        await rename(draft, place);
      } catch (error) {
        await rm(draft, { recursive: true, force: true });
        throw error;
      }
    },
    name,
    root,
  );
}

async function readTemplate(
  { templatesDir, template }: { readonly templatesDir: string; readonly template: string },
  name: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const templates = await readdir(templatesDir).catch((): string[] => []);
  if (!templates.includes(template))
    throw new AppError(
      'not_found',
      `There is no template "${template}". There are: ${templates.join(', ')}.`,
    );
  return templateFiles(path.join(templatesDir, template), name);
}
