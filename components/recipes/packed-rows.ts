import type { Provenance } from '@/lib/recipes/compose';
import type { SourceRange } from '@/lib/recipes/diagnostic';
import type { ResolvedRow } from './resolved-rows';

type RowFacts = Omit<ResolvedRow, 'provenance'> & { readonly chain: readonly string[] };

/**
 * Rows on their way from the worker to the page. A keystroke moves the place of nearly every value but changes
 * hardly a value, so the places travel as numbers and only changed rows travel whole.
 */
export type PackedRows = {
  /** Rows at the beginning and at the end that are as before. */
  readonly head: number;
  readonly tail: number;
  readonly middle: readonly RowFacts[];
  /** Files that places name by index. */
  readonly files: readonly string[];
  /** Per row: file or NO_SOURCE or NO_PROVENANCE, start, end, override or -1, end of its part of `beaten`. */
  readonly places: Int32Array<ArrayBuffer>;
  /** Per beaten range: file, start, end. */
  readonly beaten: Int32Array<ArrayBuffer>;
};

const NO_CHAIN: readonly string[] = [];
const NOTHING_BEATEN: readonly SourceRange[] = [];
const NO_SOURCE = -1;
const NO_PROVENANCE = -2;
const PER_ROW = 5;
const PER_BEATEN = 3;

/** What was last sent, so that only what differs is sent next. */
export type SentRows = readonly RowFacts[];

export function packRows(
  rows: readonly ResolvedRow[],
  before: SentRows,
): { readonly packed: PackedRows; readonly sent: SentRows } {
  const most = Math.min(rows.length, before.length);
  let head = 0;
  while (head < most && isSame(rows[head], before[head])) head += 1;
  let tail = 0;
  while (tail < most - head && isSame(rows[rows.length - 1 - tail], before[before.length - 1 - tail]))
    tail += 1;
  const middle = rows.slice(head, rows.length - tail).map(factsOf);
  // unchanged ones are kept, not made again: of thousands per key, the collector would copy each
  const sent = [...before.slice(0, head), ...middle, ...before.slice(before.length - tail)];
  return { packed: { head, tail, middle, ...packPlaces(rows) }, sent };
}

function factsOf({ path, depth, label, kind, text, provenance }: ResolvedRow): RowFacts {
  return { path, depth, label, kind, text, chain: provenance?.chain ?? NO_CHAIN };
}

function isSame(row: ResolvedRow | undefined, known: RowFacts | undefined): boolean {
  if (row === undefined || known === undefined) return false;
  const chain = row.provenance?.chain ?? NO_CHAIN;
  return (
    row.path === known.path &&
    row.text === known.text &&
    row.kind === known.kind &&
    row.depth === known.depth &&
    chain.length === known.chain.length &&
    chain.every((link, at) => link === known.chain[at])
  );
}

function packPlaces(rows: readonly ResolvedRow[]): Pick<PackedRows, 'files' | 'places' | 'beaten'> {
  const files = new Map<string, number>();
  const fileIndex = (file: string) => {
    const known = files.get(file) ?? files.size;
    files.set(file, known);
    return known;
  };
  const places = new Int32Array(rows.length * PER_ROW);
  const beaten: number[] = [];
  for (const [row, { provenance }] of rows.entries()) {
    const at = row * PER_ROW;
    places[at] = NO_PROVENANCE;
    if (provenance !== null) {
      const { source, override = -1 } = provenance;
      for (const { file, start, end } of provenance.beaten) beaten.push(fileIndex(file), start, end);
      places[at] = source === null ? NO_SOURCE : fileIndex(source.file);
      places[at + 1] = source?.start ?? 0;
      places[at + 2] = source?.end ?? 0;
      places[at + 3] = override;
    }
    places[at + 4] = beaten.length / PER_BEATEN;
  }
  return { files: [...files.keys()], places, beaten: Int32Array.from(beaten) };
}

/** The rows again, the unchanged ones taken from the list before. */
export function unpackRows(packed: PackedRows, before: readonly LiveRow[]): readonly LiveRow[] {
  const { head, tail, middle } = packed;
  const facts: RowFacts[] = [
    ...before.slice(0, head).map((row) => row.facts),
    ...middle,
    ...before.slice(before.length - tail).map((row) => row.facts),
  ];
  return facts.map((fact, index) => new LiveRow(fact, packed, index));
}

/** A row whose places are read from the numbers when they are asked for: of thousands, a screenful is. */
export class LiveRow implements ResolvedRow {
  readonly facts: RowFacts;
  private readonly packed: PackedRows;
  private readonly index: number;

  constructor(facts: RowFacts, packed: PackedRows, index: number) {
    this.facts = facts;
    this.packed = packed;
    this.index = index;
  }

  get path(): string {
    return this.facts.path;
  }
  get depth(): number {
    return this.facts.depth;
  }
  get label(): string {
    return this.facts.label;
  }
  get kind(): ResolvedRow['kind'] {
    return this.facts.kind;
  }
  get text(): string {
    return this.facts.text;
  }

  get provenance(): Provenance | null {
    const { files, places } = this.packed;
    const at = this.index * PER_ROW;
    const file = places[at] ?? NO_PROVENANCE;
    if (file === NO_PROVENANCE) return null;
    const source = file === NO_SOURCE ? null : rangeAt(files, places, at);
    const override = places[at + 3] ?? -1;
    return {
      source,
      beaten: this.beaten(),
      chain: this.facts.chain,
      ...(override === -1 ? {} : { override }),
    };
  }

  private beaten(): readonly SourceRange[] {
    const { beaten, files, places } = this.packed;
    const at = this.index * PER_ROW;
    const from = this.index === 0 ? 0 : (places[at - 1] ?? 0);
    const to = places[at + PER_ROW - 1] ?? from;
    if (to === from) return NOTHING_BEATEN;
    return Array.from({ length: to - from }, (_, nth) => rangeAt(files, beaten, (from + nth) * PER_BEATEN));
  }
}

function rangeAt(files: readonly string[], numbers: Int32Array, at: number): SourceRange {
  return { file: files[numbers[at] ?? 0] ?? '', start: numbers[at + 1] ?? 0, end: numbers[at + 2] ?? 0 };
}
