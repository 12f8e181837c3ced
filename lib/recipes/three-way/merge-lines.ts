import { diffLines, type LineChange } from './diff-lines';

export type ThreeTexts = {
  /** What both sides began with. */
  readonly base: string;
  readonly theirs: string;
  readonly mine: string;
};

type Sided = LineChange & { readonly side: number };
type Group = { readonly start: number; end: number; readonly changes: Sided[] };

/** Lines on which both agree, or a place where they do not. */
export type MergedPiece =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | {
      readonly kind: 'conflict';
      /** First line of the base that is concerned, from 0. */
      readonly start: number;
      readonly base: readonly string[];
      readonly theirs: readonly string[];
      readonly mine: readonly string[];
    };

/**
 * Applies the changes of both sides to the base, line by line. `null` when both changed the same lines in different
 * ways. Symmetric in the sides. Neighbouring lines count as the same ones, since what stands together often belongs
 * together; `neighbours: 'apart'` is for texts whose meaning is checked afterwards.
 */
export function mergeLines(texts: ThreeTexts, neighbours: 'together' | 'apart' = 'together'): string | null {
  const lines: string[] = [];
  for (const piece of mergePieces(texts, neighbours)) {
    if (piece.kind === 'conflict') return null;
    lines.push(...piece.lines);
  }
  return lines.join('\n');
}

/** The same with the places of disagreement named, in order. */
export function mergePieces(
  { base, theirs, mine }: ThreeTexts,
  neighbours: 'together' | 'apart' = 'together',
): readonly MergedPiece[] {
  const baseLines = base.split('\n');
  const sides = [theirs.split('\n'), mine.split('\n')];
  const changes = sides.flatMap((lines, side) =>
    diffLines(baseLines, lines).map((one) => ({ ...one, side })),
  );
  const pieces: MergedPiece[] = [];
  let at = 0;
  for (const group of groupsOf(changes, neighbours)) {
    pieces.push({ kind: 'lines', lines: baseLines.slice(at, group.start) });
    pieces.push(pieceOf({ sides, baseLines }, group));
    at = group.end;
  }
  return [...pieces, { kind: 'lines', lines: baseLines.slice(at) }];
}

type Lines = readonly string[];

function pieceOf(
  { sides, baseLines }: { readonly sides: readonly Lines[]; readonly baseLines: Lines },
  group: Group,
): MergedPiece {
  const base = baseLines.slice(group.start, group.end);
  const [theirs, mine] = sides.map((lines, side) => {
    const own = group.changes.filter((change) => change.side === side);
    return own.length === 0 ? null : linesOf({ lines, baseLines }, group, own);
  });
  if (theirs == null || mine == null) return { kind: 'lines', lines: theirs ?? mine ?? base };
  if (JSON.stringify(theirs) === JSON.stringify(mine)) return { kind: 'lines', lines: mine };
  return { kind: 'conflict', start: group.start, base, theirs, mine };
}

/** Stretches of the base that changes of either side cover. */
function groupsOf(changes: readonly Sided[], neighbours: 'together' | 'apart'): readonly Group[] {
  const groups: Group[] = [];
  for (const change of changes.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = groups.at(-1);
    const reach =
      neighbours === 'together' ? change.start <= (last?.end ?? -1) : change.start < (last?.end ?? -1);
    if (last !== undefined && (reach || change.start === last.start)) {
      last.end = Math.max(last.end, change.end);
      last.changes.push(change);
    } else groups.push({ start: change.start, end: change.end, changes: [change] });
  }
  return groups;
}

/** A group as one side has it: its changes, and the base between them. */
function linesOf(
  texts: { readonly lines: readonly string[]; readonly baseLines: readonly string[] },
  group: Group,
  changes: readonly Sided[],
): readonly string[] {
  const lines: string[] = [];
  let at = group.start;
  for (const { start, end, newStart, newEnd } of changes) {
    lines.push(...texts.baseLines.slice(at, start), ...texts.lines.slice(newStart, newEnd));
    at = end;
  }
  return [...lines, ...texts.baseLines.slice(at, group.end)];
}
