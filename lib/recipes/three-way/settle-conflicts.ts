import type { LayerLeaf } from './layer-leaves';
import { mergePieces, type ThreeTexts } from './merge-lines';
import { changesOf, leavesOf, mergeTexts, put } from './merge-texts';

export type Side = 'mine' | 'theirs';

/** Something that both sides changed differently. */
export type MergeConflict = {
  readonly kind: 'key' | 'lines';
  /** A config path, or which lines. */
  readonly name: string;
  /** As text; null = removed. */
  readonly mine: string | null;
  readonly theirs: string | null;
};

/** What has to be decided, and the text that decisions lead to. */
export type Settlement = {
  readonly conflicts: readonly MergeConflict[];
  /** One choice per conflict, in order. null = these choices cannot be put together in this text. */
  readonly settle: (choices: readonly Side[]) => string | null;
};

/**
 * The conflicts of two changes of one text, each to be decided by itself: keys in a layer where they suffice, else
 * stretches of lines. Everything that is no conflict is merged as `mergeTexts` does.
 */
export function settleConflicts(file: string, texts: ThreeTexts): Settlement {
  return settleKeys(file, texts) ?? settleLines(texts);
}

type KeyConflict = MergeConflict & {
  readonly id: string;
  readonly leaves: Readonly<Record<Side, LayerLeaf | null>>;
};

/** null when keys do not tell all: lines or comments clash, or one side has a section where the other has a value. */
function settleKeys(file: string, texts: ThreeTexts): Settlement | null {
  const merged = mergeTexts(file, texts);
  const conflicts = merged.kind === 'conflict' && merged.paths.length > 0 ? keyConflicts(texts) : [];
  if (conflicts.length === 0) return null;
  const settle = (choices: readonly Side[]): string | null => {
    const agreed = agreeOn(file, texts, { conflicts, choices });
    const outcome = agreed === null ? null : mergeTexts(file, agreed);
    return outcome?.kind === 'merged' ? outcome.text : null;
  };
  const all = (side: Side) => settle(conflicts.map(() => side));
  if (all('mine') === null || all('theirs') === null) return null;
  return {
    conflicts: conflicts.map(({ kind, name, mine, theirs }) => ({ kind, name, mine, theirs })),
    settle,
  };
}

function keyConflicts(texts: ThreeTexts): readonly KeyConflict[] {
  const leaves = leavesOf(texts);
  if (leaves === null) return [];
  const mine = changesOf(leaves.base, leaves.mine);
  const theirs = changesOf(leaves.base, leaves.theirs);
  return [...mine].flatMap(([id, leaf]): KeyConflict[] => {
    const other = theirs.get(id);
    if (other === undefined || other?.value === leaf?.value) return [];
    const path = (leaf ?? other)?.path ?? [];
    return [
      {
        id,
        kind: 'key',
        name: path.join('.'),
        mine: sourceOf(leaf, texts.mine),
        theirs: sourceOf(other, texts.theirs),
        leaves: { mine: leaf, theirs: other },
      },
    ];
  });
}

function sourceOf(leaf: LayerLeaf | null, text: string): string | null {
  return leaf === null ? null : text.slice(leaf.node.start, leaf.node.end);
}

/** Gives both sides the chosen values, so that nothing is left to disagree about. */
function agreeOn(
  file: string,
  texts: ThreeTexts,
  { conflicts, choices }: { readonly conflicts: readonly KeyConflict[]; readonly choices: readonly Side[] },
): ThreeTexts | null {
  let { mine, theirs } = texts;
  for (const [index, { id, leaves }] of conflicts.entries()) {
    const side = choices[index] ?? 'mine';
    const change = new Map([[id, leaves[side]]]);
    const changed =
      side === 'theirs'
        ? put(change, { file, text: mine, from: texts.theirs })
        : put(change, { file, text: theirs, from: texts.mine });
    if (changed === null) return null;
    if (side === 'theirs') mine = changed;
    else theirs = changed;
  }
  return { base: texts.base, mine, theirs };
}

function settleLines(texts: ThreeTexts): Settlement {
  const pieces = mergePieces(texts);
  const conflicts = pieces.flatMap((piece): MergeConflict[] =>
    piece.kind === 'conflict'
      ? [{ kind: 'lines', name: linesName(piece), mine: textOf(piece.mine), theirs: textOf(piece.theirs) }]
      : [],
  );
  return {
    conflicts,
    settle: (choices) => {
      let index = -1;
      const lines = pieces.flatMap((piece) => {
        if (piece.kind === 'lines') return piece.lines;
        index += 1;
        return piece[choices[index] ?? 'mine'];
      });
      return lines.join('\n');
    },
  };
}

function linesName({ start, base }: { readonly start: number; readonly base: readonly string[] }): string {
  if (base.length === 0) return `after line ${start}`;
  return base.length === 1 ? `line ${start + 1}` : `lines ${start + 1} to ${start + base.length}`;
}

function textOf(lines: readonly string[]): string | null {
  return lines.length === 0 ? null : lines.join('\n');
}
