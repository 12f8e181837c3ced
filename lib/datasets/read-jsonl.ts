import type { DataRow } from './dataset';
import { parseJson } from './parse-json';
import type { TextFormat } from './read-text-table';
import { BadDataError } from './table';
import { decodeUtf8, type TextBlock } from './text-blocks';

/** One JSON object per line; empty lines are skipped. Columns come in the order in which they first appear. */
export function jsonlFormat(): TextFormat {
  const columns = new Set<string>();
  return {
    name: 'jsonl',
    isQuoted: false,
    endless: 'the line has no end for 64 MiB; JSONL has one object per line, without line breaks inside it',
    scan: (block) => {
      const rows = parseBlock(block);
      for (const row of rows) for (const name in row) columns.add(name);
      return rows.length;
    },
    parse: parseBlock,
    columns: () => [...columns].map((name) => ({ name, declared: null })),
  };
}

function parseBlock({ bytes, span }: TextBlock): readonly DataRow[] {
  const rows: DataRow[] = [];
  for (const [index, line] of decodeUtf8(bytes, span).split('\n').entries()) {
    if (/^\s*$/.test(line)) continue;
    rows.push(parseLine(line, span.firstLine + index));
  }
  return rows;
}

function parseLine(text: string, line: number): DataRow {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new BadDataError(whyNotJson(text, line, error), { line, cause: error });
  }
  if (isObject(value)) return value;
  const what = Array.isArray(value) ? 'a list' : 'a plain value';
  throw new BadDataError(`the line is ${what}, not an object such as {"prompt": "…", "answer": "…"}`, {
    line,
  });
}

function whyNotJson(text: string, line: number, error: unknown): string {
  if (line === 1 && text.trim() === '[') {
    return 'the file is one JSON list over many lines; write one object per line (jq -c ".[]" does it)';
  }
  if (/[:[,]\s*(NaN|-?Infinity)\b/.test(text)) return 'NaN and Infinity are not JSON; write null';
  const reason = error instanceof Error ? error.message : String(error);
  return `the line is not JSON: ${reason.slice(0, 160)}`;
}

function isObject(value: unknown): value is DataRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
