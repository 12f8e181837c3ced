/** Colour names of globals.css: a layer looks the same on every page. */
export type LayerTone = 'self-hosted' | 'tinker' | 'weaver' | 'embedded' | 'common' | 'environment';

export type Layer = { readonly letter: string; readonly tone: LayerTone };

const BACKENDS = [
  { prefix: 'self_hosted', letter: 'S', tone: 'self-hosted' },
  { prefix: 'tinker', letter: 'T', tone: 'tinker' },
  { prefix: 'weaver', letter: 'W', tone: 'weaver' },
  { prefix: 'embedded', letter: 'E', tone: 'embedded' },
] as const;

/** How a layer is marked: by its backend when its name begins with one, else as common ground. */
export function layerOf(file: string): Layer {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const backend = BACKENDS.find(({ prefix }) => name.startsWith(prefix));
  if (backend !== undefined) return { letter: backend.letter, tone: backend.tone };
  return { letter: name.startsWith('common') ? 'C' : 'L', tone: 'common' };
}

/** Backend of a variant as a person reads it. */
export function variantTitle(variant: string): string {
  return variant.replaceAll('_', '-');
}
