import { z } from 'zod';

export const VersionKind = z.enum([
  'found',
  'saved',
  'created',
  'renamed',
  'deleted',
  'restored',
  'imported',
  'duplicated',
]);
export type VersionKind = z.infer<typeof VersionKind>;

export const VersionFile = z.object({
  /** From the recipe's folder, so that a renamed recipe keeps its history. */
  path: z.string(),
  /** Where it was before, when it was renamed. */
  from: z.string().nullable(),
  /** Of what is no text (data, images) only that it was there is kept. */
  content: z.enum(['text', 'binary', 'removed', 'folder']),
});
export type VersionFile = z.infer<typeof VersionFile>;

/** One step in the life of a recipe, without its texts. */
export const RecipeVersion = z.object({
  id: z.string(),
  time: z.string(),
  kind: VersionKind,
  message: z.string().nullable(),
  /** Given by a person; a named version is kept for good. */
  name: z.string().nullable(),
  files: z.array(VersionFile),
});
export type RecipeVersion = z.infer<typeof RecipeVersion>;

export const RestoreChange = z.object({
  /** From the recipe's folder. */
  path: z.string(),
  /** null = it is not there. */
  now: z.string().nullable(),
  then: z.string().nullable(),
});
export type RestoreChange = z.infer<typeof RestoreChange>;

/** What restoring a whole recipe to a version changes. */
export const RestorePlan = z.object({
  changes: z.array(RestoreChange),
  /** Files that stay as they are, and why. */
  leftOut: z.array(z.object({ path: z.string(), reason: z.string() })),
});
export type RestorePlan = z.infer<typeof RestorePlan>;

/** The versions that concern one file, newest first, followed back through its renames. */
export function versionsOfFile(
  versions: readonly RecipeVersion[],
  path: string,
): readonly { readonly version: RecipeVersion; readonly path: string; readonly file: VersionFile }[] {
  let name = path;
  return versions.flatMap((version) => {
    const file = version.files.find((one) => one.path === name);
    if (file === undefined) return [];
    const step = { version, path: name, file };
    name = file.from ?? name;
    return [step];
  });
}
