import type { TextEdit } from '@/lib/recipes/diagnostic';
import { keyText } from '@/lib/recipes/yaml-text';
import type { LanguageFacts } from './language-facts';
import { keyAt, referencesOf } from './references';
import { dotted, pathKey } from './path-steps';
import { outlineOf } from './outline';
import { valueAt } from './value-text';

/** What a new name would change, or why it cannot be given. */
export type Rename =
  | { readonly ok: false; readonly reason: string }
  | {
      readonly ok: true;
      readonly name: string;
      readonly edits: readonly TextEdit[];
      /** In words, file by file: what is going to be touched. */
      readonly files: readonly {
        readonly file: string;
        readonly keys: number;
        readonly interpolations: number;
      }[];
    };

const NAME = /^[A-Za-z_][\w-]*$/;

/** Gives a key a new name in every layer that gives it, and in every interpolation that reads it. */
export function renameKey(facts: LanguageFacts, at: { file: string; offset: number }, name: string): Rename {
  const found = keyAt(facts, at.file, at.offset);
  if (found === null) return { ok: false, reason: 'There is no key here that could be renamed.' };
  const { path } = found;
  if (typeof path.at(-1) === 'number') return { ok: false, reason: 'An item of a list has no name.' };
  if (!NAME.test(name))
    return {
      ok: false,
      reason: `"${name}" cannot be a key here: letters, digits, _ and -, beginning with a letter.`,
    };
  const sibling = [...path.slice(0, -1), name];
  if (valueAt(facts.composed?.composed, sibling) !== undefined && pathKey(sibling) !== pathKey(path))
    return { ok: false, reason: `${dotted(sibling)} is there already.` };
  const { references, broken } = referencesOf(facts, at.file, path);
  if (broken.length > 0)
    return {
      ok: false,
      reason: `${broken.join(', ')} cannot be read now, so a place could be missed. Mend its layers first.`,
    };
  const clash = references.find(
    (reference) => reference.kind === 'key' && hasSibling(facts, reference, name),
  );
  if (clash !== undefined) return { ok: false, reason: `${clash.file} has the key ${name} there already.` };
  const edits = references.map(({ file, start, end, kind }) => {
    const quote = /^["']/.exec((facts.layers[file] ?? '').slice(start, end))?.[0] ?? '';
    const written =
      kind === 'interpolation' ? name : quote === '' ? keyText(name) : `${quote}${name}${quote}`;
    return { file, start, end, text: written };
  });
  const files = [...new Set(edits.map(({ file }) => file))].map((file) => ({
    file,
    keys: references.filter((one) => one.file === file && one.kind === 'key').length,
    interpolations: references.filter((one) => one.file === file && one.kind === 'interpolation').length,
  }));
  return { ok: true, name, edits, files };
}

function hasSibling(
  { layers }: LanguageFacts,
  { file, start }: { readonly file: string; readonly start: number },
  name: string,
): boolean {
  const outline = outlineOf(layers[file] ?? '');
  const own = outline.find(({ key }) => key?.start === start);
  if (own === undefined) return false;
  const wanted = pathKey([...own.path.slice(0, -1), name]);
  return outline.some((entry) => entry !== own && pathKey(entry.path) === wanted);
}
