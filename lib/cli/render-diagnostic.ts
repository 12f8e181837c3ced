import type { Diagnostic, SourceRange } from '@/lib/recipes/diagnostic';

/** `file:line:col: error: message`, the line itself and a caret under the place. `fileName` is how the reader knows the file. */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  files: Readonly<Record<string, string>>,
  fileName: (file: string) => string = (file) => file,
): string {
  const { range, severity, message, path } = diagnostic;
  const about = path === null || message.includes(path) ? '' : ` (${path})`;
  const text = range === null ? undefined : files[range.file];
  if (range === null || text === undefined) return `${severity}: ${message}${about}`;
  const place = locate(text, range);
  return [
    `${fileName(range.file)}:${place.line}:${place.column}: ${severity}: ${message}${about}`,
    `  ${String(place.line).padStart(4)} | ${place.text}`,
    `       | ${caret(place)}`,
  ].join('\n');
}

type Place = {
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly width: number;
};

/** 1-based line and column of a range, with the text of its line. */
export function locate(text: string, range: SourceRange): Place {
  const start = Math.min(range.start, text.length);
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', start);
  const lineEnd = newline === -1 ? text.length : newline;
  return {
    line: text.slice(0, lineStart).split('\n').length,
    column: start - lineStart + 1,
    text: text.slice(lineStart, lineEnd).replace(/\r$/, ''),
    width: Math.max(1, Math.min(range.end, lineEnd) - start),
  };
}

/** Tabs are kept, so that the caret stands under its place whatever the terminal's tab width. */
function caret({ text, column, width }: Place): string {
  const before = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return `${before}${'^'.repeat(width)}`;
}
