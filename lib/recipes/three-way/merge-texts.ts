import { applyEdits } from '@/lib/recipes/edits/apply-edits';
import { removeKey, setValue } from '@/lib/recipes/edits/edit-layer';
import { sameComments } from './layer-comments';
import { type LayerLeaf, layerLeaves } from './layer-leaves';
import { mergeLines, type ThreeTexts } from './merge-lines';

export type MergedText =
  | { readonly kind: 'merged'; readonly text: string }
  /** `paths` = config paths that both sides changed; empty when it is lines. */
  | { readonly kind: 'conflict'; readonly paths: readonly string[] };

export type Leaves = ReadonlyMap<string, LayerLeaf>;
/** What one side did, by leaf; null = removed. */
export type Changes = ReadonlyMap<string, LayerLeaf | null>;

/**
 * Brings two changes of one text together. A YAML layer is merged by key path, comments kept; any other text, and a
 * layer that does not parse at the moment, by lines. What both sides changed differently is a conflict, never a guess.
 */
export function mergeTexts(file: string, texts: ThreeTexts): MergedText {
  const { base, theirs, mine } = texts;
  if (mine === base || mine === theirs) return { kind: 'merged', text: theirs };
  if (theirs === base) return { kind: 'merged', text: mine };
  const byLines = mergeLines(texts);
  const leaves = /\.ya?ml$/.test(file) ? leavesOf(texts) : null;
  if (leaves !== null) return mergeLayers(file, texts, { leaves, byLines });
  return byLines === null ? { kind: 'conflict', paths: [] } : { kind: 'merged', text: byLines };
}

function mergeLayers(
  file: string,
  texts: ThreeTexts,
  known: { readonly leaves: Readonly<Record<keyof ThreeTexts, Leaves>>; readonly byLines: string | null },
): MergedText {
  const { theirs, mine } = texts;
  const { leaves, byLines } = known;
  const [myChanges, theirChanges] = [
    changesOf(leaves.base, leaves.mine),
    changesOf(leaves.base, leaves.theirs),
  ];
  const paths = overlaps(myChanges, theirChanges);
  if (paths.length > 0) return { kind: 'conflict', paths };
  const wanted = withChanges(withChanges(valuesOf(leaves.base), theirChanges), myChanges);
  for (const candidate of [byLines, mergeLines(texts, 'apart')])
    if (candidate !== null && isSame(wanted, candidate)) return { kind: 'merged', text: candidate };
  // The draft is what the person looks at, so it is the first choice for the text that changes are put into.
  for (const candidate of [
    put(theirChanges, { file, text: mine, from: theirs }),
    put(myChanges, { file, text: theirs, from: mine }),
  ])
    if (candidate !== null && isSame(wanted, candidate) && sameComments(texts, candidate))
      return { kind: 'merged', text: candidate };
  return { kind: 'conflict', paths: [] };
}

export function leavesOf(texts: ThreeTexts): Readonly<Record<keyof ThreeTexts, Leaves>> | null {
  const [base, theirs, mine] = [layerLeaves(texts.base), layerLeaves(texts.theirs), layerLeaves(texts.mine)];
  return base === null || theirs === null || mine === null ? null : { base, theirs, mine };
}

export function changesOf(base: Leaves, side: Leaves): Changes {
  const changes = new Map<string, LayerLeaf | null>();
  for (const [id, leaf] of side) if (base.get(id)?.value !== leaf.value) changes.set(id, leaf);
  for (const id of base.keys()) if (!side.has(id)) changes.set(id, null);
  return changes;
}

/** Paths that both sides changed, or of which one contains the other's, unless both did the same. */
function overlaps(mine: Changes, theirs: Changes): readonly string[] {
  const found: string[] = [];
  for (const [id, leaf] of mine) {
    for (const [otherId, other] of theirs) {
      const isNested = id !== otherId && (isWithin(id, otherId) || isWithin(otherId, id));
      const isClash =
        id === otherId ? leaf?.value !== other?.value : isNested && !(leaf === null && other === null);
      if (isClash) found.push(pathText(leaf ?? other, id));
    }
  }
  return [...new Set(found)];
}

/** Ids are JSON lists, so the list without its closing bracket is a prefix of what lies below it. */
function isWithin(id: string, of: string): boolean {
  return id.startsWith(`${of.slice(0, -1)},`);
}

function pathText(leaf: LayerLeaf | null, id: string): string {
  return leaf === null
    ? id
        .replaceAll(/[[\]"]/g, '')
        .split(',')
        .map((part) => part.slice(1))
        .join('.')
    : leaf.path.join('.');
}

function valuesOf(leaves: Leaves): Map<string, string> {
  return new Map([...leaves].map(([id, { value }]) => [id, value]));
}

function withChanges(values: Map<string, string>, changes: Changes): Map<string, string> {
  for (const [id, leaf] of changes) {
    if (leaf === null) values.delete(id);
    else values.set(id, leaf.value);
  }
  return values;
}

function isSame(wanted: ReadonlyMap<string, string>, text: string): boolean {
  const leaves = layerLeaves(text);
  if (leaves === null || leaves.size !== wanted.size) return false;
  return [...leaves].every(([id, { value }]) => wanted.get(id) === value);
}

/** Makes changes of one side in the text of the other; null where the text does not take one. */
export function put(
  changes: Changes,
  { file, text, from }: { readonly file: string; readonly text: string; readonly from: string },
): string | null {
  let result: string | null = text;
  for (const [id, leaf] of changes) {
    const present: LayerLeaf | undefined = layerLeaves(result)?.get(id);
    if (present?.value === leaf?.value) continue;
    result = applied({ file, text: result }, { path: (leaf ?? present)?.path ?? [], leaf, from });
    if (result === null) return null;
  }
  return result;
}

function applied(
  layer: { readonly file: string; readonly text: string },
  change: { readonly path: readonly string[]; readonly leaf: LayerLeaf | null; readonly from: string },
): string | null {
  const { path, leaf, from } = change;
  const source = leaf === null ? null : from.slice(leaf.node.start, leaf.node.end);
  // A value of several lines would have to be indented anew; asking is safer.
  if (source?.includes('\n') === true) return null;
  const edits = source === null ? removeKey(layer, path) : setValue(layer, path, source);
  return edits.length === 0 ? null : applyEdits(layer.text, edits);
}
