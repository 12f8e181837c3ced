/** An answer by its outermost form; texts are normal LaTeX. */
export type AnswerParts =
  | { readonly kind: 'value'; readonly text: string }
  /** In any order: a set, or values after each other. */
  | { readonly kind: 'values'; readonly items: readonly string[] }
  /** In their order: a point, an interval, a vector. */
  | { readonly kind: 'tuple'; readonly brackets: string; readonly items: readonly string[] }
  | { readonly kind: 'union'; readonly items: readonly string[] }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'relation'; readonly sign: string; readonly left: string; readonly right: string };

const MATRIX = /^\\begin\{([pbvBV]?matrix|array)\}(?:\{[lcr| ]*\})?([^]*)\\end\{\1\}$/;
const RELATION = /^(?:=|<|>|\\(?:le|ge|ne|lt|gt)(?![a-zA-Z]))/;
const FLIPPED: Readonly<Record<string, string>> = { '>': '<', '\\gt': '<', '\\ge': '\\le', '\\lt': '<' };

export function answerParts(text: string): AnswerParts {
  const plain = text.trim();
  const matrix = MATRIX.exec(plain)?.[2];
  if (matrix !== undefined) return matrixOf(matrix);
  const united = splitTop(plain, /^\\cup(?![a-zA-Z])/);
  if (united.length > 1) return { kind: 'union', items: united };
  const set = /^\\\{([^]*)\\\}$/.exec(plain)?.[1];
  if (set !== undefined) return { kind: 'values', items: splitTop(set, /^,/).flatMap(bothSigns) };
  const tuple = tupleOf(plain);
  if (tuple !== null) return tuple;
  const listed = splitTop(plain, /^,/).flatMap(bothSigns);
  if (listed.length > 1) return { kind: 'values', items: listed };
  return relationOf(plain) ?? { kind: 'value', text: withoutBrackets(plain) };
}

function matrixOf(inner: string): AnswerParts {
  const rows = inner
    .trim()
    .replace(/\\\\\s*$/, '')
    .split(/\\\\/)
    .map((row) => row.split('&').map((cell) => cell.trim()));
  return { kind: 'matrix', rows };
}

function tupleOf(text: string): AnswerParts | null {
  if (!/^[([]/.test(text) || !/[)\]]$/.test(text) || !isEnclosed(text)) return null;
  const items = splitTop(text.slice(1, -1), /^,/);
  if (items.length < 2) return null;
  return { kind: 'tuple', brackets: `${text[0] ?? ''}${text.at(-1) ?? ''}`, items };
}

/** `2 \pm \sqrt{3}` is two values. */
function bothSigns(text: string): readonly string[] {
  if (!/\\[pm]{2}(?![a-zA-Z])/.test(text)) return [text];
  const signed = (upper: string, lower: string): string =>
    text.replace(/\\pm(?![a-zA-Z])/g, upper).replace(/\\mp(?![a-zA-Z])/g, lower);
  return [signed('+', '-').replace(/^\s*\+/, ''), signed('-', '+').replace(/^\s*\+/, '')];
}

function relationOf(text: string): AnswerParts | null {
  const found = places(text, RELATION);
  const [first] = found;
  if (first === undefined || found.length > 1) return null;
  const left = text.slice(0, first.index).trim();
  const right = text.slice(first.index + first.length).trim();
  if (left === '' || right === '') return null;
  const written = text.slice(first.index, first.index + first.length);
  const sign = FLIPPED[written] ?? written;
  const isTurned = written === '>' || written === '\\gt' || written === '\\ge';
  return { kind: 'relation', sign, left: isTurned ? right : left, right: isTurned ? left : right };
}

/** `(C)` and `(x+1)` in brackets of their own are what is in them. */
function withoutBrackets(text: string): string {
  return text.startsWith('(') && text.endsWith(')') && isEnclosed(text) ? text.slice(1, -1).trim() : text;
}

/** Whether the first bracket closes with the last character. */
function isEnclosed(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    depth += depthChange(text, index);
    if (depth === 0 && index < text.length - 1) return false;
  }
  return depth === 0;
}

/** The pieces between separators that stand in no bracket. */
function splitTop(text: string, separator: RegExp): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  for (const { index, length } of places(text, separator)) {
    pieces.push(text.slice(start, index).trim());
    start = index + length;
  }
  pieces.push(text.slice(start).trim());
  return pieces.length > 1 ? pieces.filter((piece) => piece !== '') : pieces;
}

function places(
  text: string,
  pattern: RegExp,
): readonly { readonly index: number; readonly length: number }[] {
  const found: { index: number; length: number }[] = [];
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const match = depth === 0 ? pattern.exec(text.slice(index, index + 12)) : null;
    if (match === null) depth += depthChange(text, index);
    else {
      found.push({ index, length: match[0].length });
      index += match[0].length - 1;
    }
  }
  return found;
}

/** Every kind of bracket counts alike, since an interval may open with one and close with another. */
function depthChange(text: string, index: number): number {
  const character = text[index] ?? '';
  if ('([{'.includes(character)) return 1;
  return ')]}'.includes(character) ? -1 : 0;
}
