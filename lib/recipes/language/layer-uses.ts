import { newBudget } from '@/lib/recipes/budget';
import type { ComposeInput } from '@/lib/recipes/compose';
import { createScope } from '@/lib/recipes/compose-tree';
import { Choices } from '@/lib/recipes/defaults/choices';
import { createInterpolateChoice } from '@/lib/recipes/defaults/interpolate-choice';
import { createLayerStore } from '@/lib/recipes/defaults/layer-store';
import { resolveDefaults } from '@/lib/recipes/defaults/resolve-defaults';
import { attempt } from '@/lib/recipes/failure';
import { splitKey } from '@/lib/recipes/interpolation/select';
import { folderOf, layerFile } from './layer-file';
import { outlineOf } from './outline';

/** A layer of a variant, and where in the configuration its content goes. */
export type MountedLayer = { readonly file: string; readonly mount: readonly string[] };

/** The layers that a variant is made of, in the order in which they are merged; null while its lists are broken. */
export function layerUses({
  files,
  entry,
  env,
}: Omit<ComposeInput, 'overrides'>): readonly MountedLayer[] | null {
  const found = attempt(() => {
    const store = createLayerStore(files, newBudget());
    return resolveDefaults(entry, {
      store,
      choices: new Choices(store, [], folderOf(entry)),
      interpolate: createInterpolateChoice(createScope({ files, entry, env })),
      packageFromFolder: false,
      onMissingSelf: () => undefined,
    });
  });
  if (!found.ok) return null;
  return found.value.flatMap(({ layer, package: target }) =>
    layer.file === '' ? [] : [{ file: layer.file, mount: target === '' ? [] : splitKey(target) }],
  );
}

/** The same as far as it can be read from texts that do not parse: plain names only, and no packages. */
export function roughUses(
  files: Readonly<Record<string, string>>,
  entry: string,
  seen: ReadonlySet<string> = new Set(),
): readonly MountedLayer[] {
  if (seen.has(entry) || !Object.hasOwn(files, entry)) return [];
  const own: MountedLayer = { file: entry, mount: [] };
  const names = outlineOf(files[entry] ?? '').flatMap(({ kind, path, text }) =>
    path[0] === 'defaults' && path.length === 2 && kind === 'scalar' ? [text] : [],
  );
  const uses = names.flatMap((name) =>
    name === '_self_' ? [own] : roughUses(files, layerFile(folderOf(entry), name), new Set([...seen, entry])),
  );
  return names.includes('_self_') ? uses : [...uses, own];
}
