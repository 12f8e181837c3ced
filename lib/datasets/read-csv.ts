import { type Options, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { type CsvType, readCell, typeOfCell, widerType } from './csv-types';
import type { TextFormat } from './read-text-table';
import { BadDataError } from './table';
import { decodeUtf8, type TextBlock } from './text-blocks';

/** RFC 4180, with either line end. That every record has as many cells as the header is checked here, with its line. */
const PARSING = {
  record_delimiter: ['\r\n', '\n'],
  skip_empty_lines: true,
  relax_column_count: true,
  info: true,
} as const satisfies Options;

const Records = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }));
const ParserError = z.object({ message: z.string(), lines: z.number().catch(1) });
type Cells = { readonly cells: readonly string[]; readonly line: number };

/** CSV in UTF-8 with a header. A column's type is what all of its cells allow; an empty cell is null. */
export function csvFormat(): TextFormat {
  let header: readonly string[] | null = null;
  const types: CsvType[] = [];
  return {
    name: 'csv',
    isQuoted: true,
    endless: 'the record has no end for 64 MiB: a quote (") is opened and never closed',
    scan: (block) => {
      const records = parseBlock(block);
      header ??= headerOf(records[0]);
      const rows = withoutHeader(records, block);
      for (const row of rows) addTypes(types, header, row);
      return rows.length;
    },
    parse: (block) =>
      withoutHeader(parseBlock(block), block).map(({ cells }) =>
        Object.fromEntries(
          (header ?? []).map((name, index) => [name, readCell(cells[index] ?? '', types[index] ?? 'string')]),
        ),
      ),
    columns: () => (header ?? []).map((name, index) => ({ name, declared: types[index] ?? 'empty' })),
  };
}

function parseBlock({ bytes, span }: TextBlock): readonly Cells[] {
  const text = decodeUtf8(bytes, span);
  try {
    const records = Records.parse(parse(text, PARSING));
    return records.map(({ record, info }) => ({ cells: record, line: span.firstLine + info.lines - 1 }));
  } catch (error) {
    const known = ParserError.safeParse(error);
    if (!known.success || error instanceof z.ZodError) throw error;
    throw new BadDataError(`the record is not CSV: ${known.data.message.slice(0, 200)}`, {
      line: span.firstLine + known.data.lines - 1,
      cause: error,
    });
  }
}

/** The first record of a file. Throws `BadDataError` when its names cannot be told apart. */
function headerOf(first: Cells | undefined): readonly string[] {
  const names = first?.cells ?? [];
  const empty = names.indexOf('');
  if (empty !== -1)
    throw new BadDataError(`column ${empty + 1} has no name; name it in the first line`, { line: 1 });
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined) {
    throw new BadDataError(`two columns are called "${double}"; rename one in the first line`, { line: 1 });
  }
  return names;
}

function withoutHeader(records: readonly Cells[], { span }: TextBlock): readonly Cells[] {
  return span.start === 0 ? records.slice(1) : records;
}

function addTypes(types: CsvType[], header: readonly string[], { cells, line }: Cells): void {
  if (cells.length !== header.length) {
    throw new BadDataError(
      `the record has ${cells.length} cells and the header has ${header.length}; put text with commas or line breaks between quotes`,
      { line },
    );
  }
  for (const [index, cell] of cells.entries()) {
    const known = types[index] ?? 'empty';
    // text stays text: most columns are settled by their first cell
    if (known !== 'string') types[index] = widerType(known, typeOfCell(cell));
  }
}
