/** Half a surrogate pair, or NUL. */
const UNSTORABLE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]|\0/g;
const REPLACEMENT = '\uFFFD';

/** The same in JSON text: `JSON.stringify` escapes what stands alone. An even number of backslashes escapes nothing. */
const UNSTORABLE_ESCAPE = /(?<!\\)((?:\\\\)*)\\u(?:d[89a-f][0-9a-f]{2}|0000)/g;

/** Text that comes back from the store as it went in: without NUL and half surrogate pairs (a preview cut in two). */
export function storableText(text: string): string {
  return text.replace(UNSTORABLE, REPLACEMENT);
}

/**
 * Rows for `json_each(?)`. SQLite would turn the escape of half a surrogate pair into broken UTF-8, and reading that
 * back aborts the whole process inside libSQL; a NUL would cut the text.
 */
export function jsonRows(rows: readonly (readonly (string | number | null)[])[]): string {
  return JSON.stringify(rows).replace(UNSTORABLE_ESCAPE, `$1${REPLACEMENT}`);
}
