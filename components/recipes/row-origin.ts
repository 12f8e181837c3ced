import type { Provenance } from '@/lib/recipes/compose';
import type { SourceRange } from '@/lib/recipes/diagnostic';
import { remember } from '@/lib/recipes/remember';
import { type LayerTone, layerOf } from './layer-of';
import type { ResolvedRow } from './resolved-rows';

/** Where a value comes from, as its chip shows it. */
export type RowOrigin = {
  readonly letter: string;
  readonly tone: LayerTone;
  /** The same in words: "set in common.yaml, line 12; overrides base.yaml, line 3". */
  readonly label: string;
  /** Where a click leads; null for an override of the command line. */
  readonly source: SourceRange | null;
};

/** `null` for a section, whose values each have their own. */
export function originOf(row: ResolvedRow, files: Readonly<Record<string, string>>): RowOrigin | null {
  const { provenance } = row;
  if (provenance === null || row.kind === 'section') return null;
  const label = describe(provenance, files);
  const { source, chain } = provenance;
  if (chain.some((link) => link.startsWith('env:')))
    return { letter: 'env', tone: 'environment', label, source };
  if (source === null) return { letter: 'set', tone: 'environment', label, source };
  return { ...layerOf(source.file), label, source };
}

function describe(provenance: Provenance, files: Readonly<Record<string, string>>): string {
  const { source, override, beaten, chain } = provenance;
  const set = source === null ? overrideText(override) : `set in ${placeText(source, files)}`;
  const through = chain.length === 0 ? '' : `, through ${chain.map(linkText).join(' → ')}`;
  const over =
    beaten.length === 0 ? '' : `; overrides ${beaten.map((range) => placeText(range, files)).join(', ')}`;
  return `${set}${through}${over}`;
}

function overrideText(override: number | undefined): string {
  return override === undefined ? 'set by an override' : `set by override ${override + 1}`;
}

function linkText(link: string): string {
  return link.startsWith('env:') ? `the environment's ${link.slice('env:'.length)}` : link;
}

/** `common.yaml:12`, the folder left out: it is the one in view nearly always. */
export function placeText(range: SourceRange, files: Readonly<Record<string, string>>): string {
  const name = range.file.slice(range.file.lastIndexOf('/') + 1);
  const text = files[range.file];
  return text === undefined ? name : `${name}:${lineAt(text, range.start)}`;
}

/** 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  const breaks = lineBreaks(text);
  let low = 0;
  let high = breaks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((breaks[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

/** Offsets of the line breaks. Every row in view asks for its line. */
const lineBreaks = remember(32, (text) => {
  const breaks: number[] = [];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) breaks.push(at);
  return breaks;
});
