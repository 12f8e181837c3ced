import { isUnresolved, type ResolvedRow } from './resolved-rows';
import { placeText } from './row-origin';

/** A remark of the editor on a range of the file in front. */
export type Annotation = {
  readonly start: number;
  readonly end: number;
  /** `note` and `missing` stand behind the line; `overridden` dims the range. */
  readonly kind: 'note' | 'missing' | 'overridden';
  readonly text: string;
};

const MAX_NOTE_CHARS = 60;

/** What the resolved config says about the lines of one file: values of interpolations, and who overrides whom. */
export function annotate(
  rows: readonly ResolvedRow[],
  file: string,
  files: Readonly<Record<string, string>>,
): readonly Annotation[] {
  return rows.flatMap((row) => [...notesOn(row, file, files), ...dimmedBy(row, file, files)]);
}

function notesOn(
  row: ResolvedRow,
  file: string,
  files: Readonly<Record<string, string>>,
): readonly Annotation[] {
  const source = row.provenance?.source;
  if (row.provenance === null || source?.file !== file || row.kind === 'section') return [];
  const { chain, beaten } = row.provenance;
  const place = { start: source.start, end: source.end };
  if (isUnresolved(row)) {
    const variable = chain.findLast((link) => link.startsWith('env:'))?.slice('env:'.length);
    return [
      { ...place, kind: 'missing', text: variable === undefined ? 'not resolved' : `${variable} is not set` },
    ];
  }
  const [loser] = beaten;
  const notes = [
    ...(chain.length > 0 ? [`= ${shorten(row.text)}`] : []),
    ...(loser === undefined ? [] : [`overrides ${placeText(loser, files)}`]),
  ];
  return notes.length === 0 ? [] : [{ ...place, kind: 'note', text: notes.join(' · ') }];
}

function dimmedBy(
  row: ResolvedRow,
  file: string,
  files: Readonly<Record<string, string>>,
): readonly Annotation[] {
  if (row.provenance === null) return [];
  const { source, beaten } = row.provenance;
  const winner = source === null ? 'an override' : placeText(source, files);
  return beaten
    .filter((range) => range.file === file)
    .map(({ start, end }) => ({ start, end, kind: 'overridden', text: `overridden by ${winner}` }));
}

function shorten(text: string): string {
  return text.length <= MAX_NOTE_CHARS ? text : `${text.slice(0, MAX_NOTE_CHARS - 1)}…`;
}
