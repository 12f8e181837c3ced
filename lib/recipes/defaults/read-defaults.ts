import type { SourceRange } from '@/lib/recipes/diagnostic';
import { Failure } from '@/lib/recipes/failure';
import type { LayerMap, LayerNode } from '@/lib/recipes/layers/layer-node';
import { strText, typeName } from '@/lib/recipes/python-text';
import { type DefaultEntry, newEntry } from './default-entry';

/** The `defaults` list of a layer, entry by entry. Made anew on each call, since entries learn where they stand. */
export function readDefaults(root: LayerMap, file: string): DefaultEntry[] {
  const node = root.entries.find(({ key }) => key.kind === 'string' && key.value === 'defaults')?.value;
  if (node === undefined) return [];
  const place = (at: LayerNode): SourceRange => ({ file, start: at.start, end: at.end });
  if (node.kind !== 'list')
    throw invalid('`defaults` must be a list, one layer per line: "- common".', place(node));
  return node.items.map((item) => {
    if (item.kind === 'map') return groupEntry(item, place(item));
    if (item.kind === 'scalar' && item.value.kind === 'string')
      return layerEntry(item.value.value, place(item));
    throw invalid(
      'An entry of `defaults` is the name of a layer, or "group: choice". Quote a name that looks like a number.',
      place(item),
    );
  });
}

function invalid(message: string, range: SourceRange): Failure {
  return new Failure({ class: 'defaults_invalid', message, range });
}

/** `group@package:rename` → group and package. */
function splitPackage(text: string): readonly [string, string | null] {
  const at = text.indexOf('@');
  if (at === -1) return [text, null];
  const [name = ''] = text.slice(at + 1).split(':');
  return [text.slice(0, at), name];
}

function layerEntry(text: string, range: SourceRange): DefaultEntry {
  const [path, ownPackage] = splitPackage(text);
  if (path === '_self_' && ownPackage !== null) throw invalid('`_self_` cannot have a package.', range);
  return newEntry({ kind: 'layer', path, value: null, package: ownPackage, range });
}

function groupEntry(item: LayerMap, range: SourceRange): DefaultEntry {
  const [entry, ...more] = item.entries;
  if (entry === undefined) throw invalid('This entry of `defaults` is empty.', range);
  if (more.length > 0)
    throw invalid('An entry of `defaults` names one group. Put each group on a line of its own.', range);
  if (entry.key.kind !== 'string')
    throw new Failure({
      class: 'internal',
      message: `"${strText(entry.key)}" is no name of a group.`,
      range,
    });
  const [words, ownPackage] = splitPackage(entry.key.value);
  const { group, keywords } = splitKeywords(words);
  if (group === '')
    throw new Failure({ class: 'internal', message: 'The name of the group is missing.', range });
  return newEntry({
    kind: 'group',
    path: group,
    value: choiceOf(entry.value, range),
    package: ownPackage,
    isOptional: keywords.has('optional'),
    isOverride: keywords.has('override'),
    range,
  });
}

/** `optional override db` → `db` and its keywords; unknown words before the group mean nothing. */
function splitKeywords(text: string): { group: string; keywords: ReadonlySet<string> } {
  const words = text.split(' ');
  const group = words.pop() ?? '';
  const keywords = new Set<string>();
  for (const word of words) {
    if (word !== 'optional' && word !== 'override') break;
    keywords.add(word);
  }
  return { group, keywords };
}

function choiceOf(node: LayerNode, range: SourceRange): string | readonly string[] | null {
  if (node.kind === 'list')
    return node.items.map((item) => {
      if (item.kind === 'scalar' && item.value.kind === 'string') return item.value.value;
      throw invalid(
        'The choices of a group are names of layers. Quote a name that looks like a number.',
        range,
      );
    });
  if (node.kind === 'scalar' && node.value.kind === 'string') {
    if (node.value.value === '_self_')
      throw new Failure({ class: 'internal', message: '`_self_` is no choice of a group.', range });
    return node.value.value;
  }
  if (node.kind === 'scalar' && node.value.kind === 'null') return null;
  const found = node.kind === 'scalar' ? typeName(node.value) : 'a map';
  throw invalid(
    `The choice of a group is the name of a layer, not ${found}. Quote a name that looks like a number.`,
    range,
  );
}
