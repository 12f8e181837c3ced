import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { AppError } from '@/lib/shared/app-error';
import { BadDataError, type OpenTableOptions } from './table';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BYTE_ORDER_MARK = '\uFEFF';
const BLOCK_BYTES = 1024 * 1024;
/** One row; more is a file whose rows do not end, such as a JSON list or a quote that is never closed. */
const MAX_ROW_BYTES = 64 * 1024 * 1024;

/** Where a block of text lies in its file. Lines are counted from 1. */
export type TextSpan = { readonly start: number; readonly end: number; readonly firstLine: number };
export type TextBlock = { readonly bytes: Buffer; readonly span: TextSpan };

export type TextBlockOptions = Pick<OpenTableOptions, 'signal'> & {
  /** A line break between quotes does not end a row. */
  readonly isQuoted: boolean;
  /** What to say of a row that does not end. */
  readonly endless: string;
};

/** A file as whole rows, about a megabyte at a time. */
export async function* textBlocks(file: string, options: TextBlockOptions): AsyncGenerator<TextBlock> {
  const { signal, isQuoted, endless } = options;
  let rest: Buffer[] = [];
  let restBytes = 0;
  let isInQuotes = false;
  let span: TextSpan = { start: 0, end: 0, firstLine: 1 };
  const stream = createReadStream(file, { highWaterMark: BLOCK_BYTES, ...(signal ? { signal } : {}) });
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue;
    const found: RowEnd = isQuoted
      ? lastRowEnd(chunk, isInQuotes)
      : { end: chunk.lastIndexOf(NEWLINE) + 1, isInQuotes: false };
    isInQuotes = found.isInQuotes;
    if (found.end === 0) {
      rest.push(chunk);
      restBytes += chunk.length;
      if (restBytes > MAX_ROW_BYTES) throw new BadDataError(endless, { line: span.firstLine });
      continue;
    }
    const bytes = Buffer.concat([...rest, chunk.subarray(0, found.end)]);
    span = { ...span, end: span.start + bytes.length };
    yield { bytes, span };
    span = { start: span.end, end: span.end, firstLine: span.firstLine + linesBefore(bytes, bytes.length) };
    rest = [chunk.subarray(found.end)];
    restBytes = chunk.length - found.end;
  }
  const bytes = Buffer.concat(rest);
  if (bytes.length > 0) yield { bytes, span: { ...span, end: span.start + bytes.length } };
}

type RowEnd = { readonly end: number; readonly isInQuotes: boolean };

/** Behind the last line break that is not between quotes (a doubled quote opens and closes); 0 when there is none. */
function lastRowEnd(chunk: Buffer, startsInQuotes: boolean): RowEnd {
  const quotes: number[] = [];
  for (let at = chunk.indexOf(QUOTE); at !== -1; at = chunk.indexOf(QUOTE, at + 1)) quotes.push(at);
  const isInQuotes = startsInQuotes !== (quotes.length % 2 === 1);
  let isInside = isInQuotes;
  let until = chunk.length;
  for (let index = quotes.length - 1; index >= -1; index -= 1) {
    const from = index < 0 ? 0 : (quotes[index] ?? 0) + 1;
    const end = isInside || until === from ? 0 : chunk.subarray(from, until).lastIndexOf(NEWLINE) + 1;
    if (end > 0) return { end: from + end, isInQuotes };
    until = from - 1;
    isInside = !isInside;
  }
  return { end: 0, isInQuotes };
}

/** Text, without the mark that a UTF-8 file may begin with. Throws `BadDataError` with the line of a byte that is no UTF-8. */
export function decodeUtf8(bytes: Uint8Array, span: TextSpan): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return span.start === 0 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  } catch (error) {
    const line = span.firstLine + linesBefore(bytes, firstBadByte(bytes));
    throw new BadDataError('it is not UTF-8 text; save the file as UTF-8', { line, cause: error });
  }
}

/** What comes before the first replacement character is as long as it was. */
function firstBadByte(bytes: Uint8Array): number {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return Buffer.byteLength(text.slice(0, Math.max(0, text.indexOf('\uFFFD'))));
}

function linesBefore(bytes: Uint8Array, end: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1 && at < end; at = bytes.indexOf(NEWLINE, at + 1))
    lines += 1;
  return lines;
}

/** What tells one state of a file from another. */
export type FileVersion = { readonly bytes: number; readonly mtimeMs: number };

export async function versionOf(file: string): Promise<FileVersion> {
  const { size, mtimeMs } = await stat(file);
  return { bytes: size, mtimeMs };
}

/** Reads part of a file that must still be as it was when its blocks were found. */
export async function readSpan(file: string, span: TextSpan, version: FileVersion): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const facts = await handle.stat();
    if (facts.size !== version.bytes || facts.mtimeMs !== version.mtimeMs) {
      throw new AppError('conflict', `${file} changed while it was in use. Start again once it is complete.`);
    }
    const bytes = Buffer.alloc(span.end - span.start);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, span.start);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
