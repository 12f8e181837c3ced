import path from 'node:path';

/** Layers that others build upon, by convention. */
const SHARED = /^(common|_.*)\.ya?ml$/;
/** What a file must speak about at its top level to be the leaf of a recipe and not notes or an agent's settings. */
const LEAF = /^["']?(defaults|trainer|service)["']?\s*:/m;

/** Whether a layer can be launched. Decided from its text alone, so that a broken variant is still offered, and mended. */
export function isVariant(file: string, text: string): boolean {
  return !SHARED.test(path.posix.basename(file)) && LEAF.test(text);
}
