/** Deeper than anybody nests; bounds the recursion. */
const DEEPEST = 30;

/** The end of `(…)` that opens at `open`. Not sure when it holds what could hide a parenthesis from a plain look. */
export function skipSubstitution(
  text: string,
  open: number,
  nesting = 0,
): { readonly end: number; readonly isSure: boolean } {
  if (nesting > DEEPEST) return { end: text.length, isSure: false };
  let depth = 0;
  let at = open;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (depth === 0) return { end: at + 1, isSure: isPlain(text.slice(open, at)) };
    at = afterQuotes(text, at, nesting);
  }
  return { end: at, isSure: false };
}

function isPlain(inner: string): boolean {
  return !/\bcase\b|<<|(^|\s)#/.test(inner);
}

/** The place behind a character, or behind the quotes that it opens. */
function afterQuotes(text: string, at: number, nesting: number): number {
  const char = text.charAt(at);
  if (char === '\\') return at + 2;
  if (char === "'") {
    const end = text.indexOf("'", at + 1);
    return end === -1 ? text.length : end + 1;
  }
  if (char !== '"') return at + 1;
  let inside = at + 1;
  while (inside < text.length && text.charAt(inside) !== '"') {
    if (text.startsWith('$(', inside)) inside = skipSubstitution(text, inside + 1, nesting + 1).end;
    else inside += text.charAt(inside) === '\\' ? 2 : 1;
  }
  return inside + 1;
}
