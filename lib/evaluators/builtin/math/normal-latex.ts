import { closingBrace } from './boxed-answer';

type Rewrite = readonly [pattern: RegExp, by: string];

/** Signs of Unicode and names that say the same. */
const SAME: readonly Rewrite[] = [
  [/[\u2212\u2013]/g, '-'],
  [/[\u00d7\u22c5\u00b7]/g, String.raw`\cdot `],
  [/\u00f7/g, String.raw`\div `],
  [/\u03c0/g, String.raw`\pi `],
  [/\u221e/g, String.raw`\infty `],
  [/\u222a/g, String.raw`\cup `],
  [/\u2264/g, String.raw`\le `],
  [/\u2265/g, String.raw`\ge `],
  [/\u00b1/g, String.raw`\pm `],
  [/\u221a\s*\(?(\w+)\)?/g, String.raw`\sqrt{$1}`],
  [/\bsqrt\s*\(([^()]*)\)/g, String.raw`\sqrt{$1}`],
  [/(?<![\\a-zA-Z])pi(?![a-zA-Z])/g, String.raw`\pi `],
  [/(?<![\\a-zA-Z])(?:inf|infty|infinity)(?![a-zA-Z])/g, String.raw`\infty `],
  [/\\[dtc]frac(?![a-zA-Z])/g, String.raw`\frac`],
  [/\\[dt]binom(?![a-zA-Z])/g, String.raw`\binom`],
  [/\\leqs?lant(?![a-zA-Z])|\\leq(?![a-zA-Z])|<=/g, String.raw`\le `],
  [/\\geqs?lant(?![a-zA-Z])|\\geq(?![a-zA-Z])|>=/g, String.raw`\ge `],
  [/\\neq(?![a-zA-Z])/g, String.raw`\ne `],
  [/\\times(?![a-zA-Z])|\*\*?(?!\*)/g, String.raw`\cdot `],
  [/\\(?:lbrace|lbrack)(?![a-zA-Z])/g, String.raw`\{`],
  [/\\(?:rbrace|rbrack)(?![a-zA-Z])/g, String.raw`\}`],
  [/\\(?:l|r)vert(?![a-zA-Z])/g, '|'],
];

/** What changes how a formula looks and not what it is. */
const LOOKS: readonly Rewrite[] = [
  [/\\(?:left|right|[bB]igg?[lrm]?)\s*(?![a-zA-Z])\.?/g, ''],
  [/\\(?:displaystyle|textstyle|limits|nolimits)(?![a-zA-Z])/g, ''],
  [/\\(?:quad|qquad)(?![a-zA-Z])|(?<!\\)\\[,;:! ]|~/g, ' '],
  [/\\?\$/g, ''],
  [/\^\s*(?:\{\s*\\circ\s*\}|\\circ(?![a-zA-Z]))|\\degree(?![a-zA-Z])|\u00b0/g, ''],
  [/\\?%/g, ''],
];

const LARGE: readonly Rewrite[] = [
  [/(?<=\d)\s*million\b/gi, String.raw`\cdot 10^{6}`],
  [/(?<=\d)\s*billion\b/gi, String.raw`\cdot 10^{9}`],
  [/(?<=\d)\s*trillion\b/gi, String.raw`\cdot 10^{12}`],
];

const UNITS =
  'degrees?|cm|centimeters?|mm|km|m|meters?|miles?|mph|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|feet|foot|ft|inch(?:es)?|in|yards?|units?|square|sq|cubic|per|dollars?|cents?|grams?|kg|kilograms?|pounds?|lbs?|ounces?|oz|liters?|gallons?|points?|people|students|ways|radians?|rad';
/** After a number or a closing bracket, up to the end, each with an exponent or not. */
const TRAILING_UNITS = new RegExp(
  String.raw`(?<=[\d)}\]]|\\pi)\s*((?:\b|(?<=\d))(?:${UNITS})(?:\s*\^\s*\{?\d\}?)?[\s./]*)+$`,
  'i',
);

/**
 * An answer as it is compared: one spelling for what LaTeX spells in many ways, without units and signs of money.
 * `keepName` leaves `y = ` in front of what y is, for equations.
 */
export function normalLatex(text: string, keepName = false): string {
  let result = rewrite(withoutText(text.trim()), SAME);
  result = rewrite(result, [[/(?<=\d)\{,\}(?=\d{3})|(?<=\d),\\!(?=\d{3})/g, '']]);
  result = rewrite(result, LOOKS);
  result = rewrite(result, LARGE).replace(/(?<=\d)\s+(\d+)\/(\d+)/g, String.raw`\frac{$1}{$2}`);
  result = result
    .replace(/\s+(?:and|or)\s+/gi, ',')
    .replaceAll('\n', ' ')
    .trim();
  result = result
    .replace(/[.,;:]+$/, '')
    .replace(TRAILING_UNITS, '')
    .trim();
  result = ungrouped(result).replace(/(?<![\d.])\.(?=\d)/g, '0.');
  return keepName ? result : withoutName(result).trim();
}

/** `\text{Monday}` is Monday; what stands after a value in `\text{ cm}` is a unit; `\text{ and }` joins. */
function withoutText(text: string): string {
  let rest = text;
  for (;;) {
    const match = /\\(?:text|textbf|textit|textrm|mbox|mathrm|mathbf|operatorname)\s*\{/.exec(rest);
    if (match === null) return rest;
    const open = match.index + match[0].length - 1;
    const end = closingBrace(rest, open);
    if (end === null) return rest;
    const [before, inner, after] = [
      rest.slice(0, match.index),
      rest.slice(open + 1, end),
      rest.slice(end + 1),
    ];
    const exponent = /^\s*\^\s*(?:\{\s*\d\s*\}|\d)/.exec(after)?.[0] ?? '';
    const isUnit = /[\d})\]]\s*(?:\\[ ,;])?\s*$/.test(before) && !/^\s*(?:and|or)\s*$/i.test(inner);
    rest = isUnit ? `${before} ${after.slice(exponent.length)}` : `${before}${inner}${after}`;
  }
}

/** 1,234,567 is one number where it stands alone; inside brackets a comma separates. */
function ungrouped(text: string): string {
  if (/[([{]/.test(text.replace(/\\(?:frac|sqrt)|\{[^,]*?\}/g, ''))) return text;
  return text.replace(/(?<![\d,.])\d{1,3}(?:,\d{3})+(?!\d|,\d)/g, (number) => number.replaceAll(',', ''));
}

/** `x = 5`, `f(x) = 5` and `x \in A` name what is asked for; the answer is the other side. */
function withoutName(text: string): string {
  const match =
    /^\s*(?:[a-zA-Z]{1,2}|[a-zA-Z]\([a-zA-Z]\)|\\?[a-zA-Z]+_\{?\w\}?)\s*(?:=|\\in(?![a-zA-Z]))\s*(.+)$/.exec(
      text,
    );
  const rest = match?.[1];
  return rest === undefined || rest.includes('=') ? text : rest;
}

function rewrite(text: string, rewrites: readonly Rewrite[]): string {
  return rewrites.reduce((result, [pattern, by]) => result.replace(pattern, by), text);
}
