import { parseLayer } from './layers/parse-layer';
import { remember } from './remember';

/** The layers that can be launched: those at a recipe's root that list `defaults`, e.g. `pig_latin/embedded.yaml`. */
export function listVariants(files: Readonly<Record<string, string>>): string[] {
  return Object.keys(files)
    .filter((path) => /^(?:[^/]+\/)?[^/]+\.yaml$/.test(path) && hasDefaults(files[path] ?? ''))
    .toSorted();
}

/** Asked at every key pressed; only the layer that is typed in has a new text. */
const hasDefaults = remember(512, (text: string): boolean => {
  const parsed = parseLayer(text);
  // a variant stays listed while somebody is in the middle of typing in it
  if (!parsed.ok) return /^defaults:/m.test(text);
  if (parsed.root?.kind !== 'map') return false;
  return parsed.root.entries.some(({ key }) => key.kind === 'string' && key.value === 'defaults');
});
