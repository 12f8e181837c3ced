import type { TextRange } from './outline';

/** A `${…}` as it stands in a layer's text, quotes and escapes not undone. */
export type InterpolationSpan = TextRange & {
  /** Whether its closing brace is there. */
  readonly isClosed: boolean;
  /** What is between the braces. */
  readonly body: TextRange;
  /** The config path that it reads, or null for one that asks the environment, or builds its path as it goes. */
  readonly path: TextRange | null;
  /** The resolver that it calls; null for a plain `${a.b}`. */
  readonly resolver: string | null;
  /** What `oc.env` is asked for. */
  readonly variable: TextRange | null;
};

/** Resolvers whose first argument is a config path. */
const READS_PATH: ReadonlySet<string> = new Set([
  'oc.select',
  'oc.deprecated',
  'oc.dict.keys',
  'oc.dict.values',
]);

/** Every interpolation between two offsets, an outer one before those inside it. */
export function spansIn(text: string, { start, end }: TextRange): readonly InterpolationSpan[] {
  const spans: InterpolationSpan[] = [];
  const open: number[] = [];
  for (let at = start; at < end; at += 1) {
    const character = text.charAt(at);
    if (character === '\\' && isEscapedOpen(text, at)) {
      at += 2;
    } else if (character === '$' && text.charAt(at + 1) === '{') {
      open.push(at);
      at += 1;
    } else if (character === '}') {
      const from = open.pop();
      if (from !== undefined) spans.push(spanOf(text, from, { end: at + 1, isClosed: true }));
    }
  }
  for (const from of open) spans.push(spanOf(text, from, { end, isClosed: false }));
  return spans.toSorted((left, right) => left.start - right.start);
}

/** `\${` stands for itself; a backslash that is itself escaped does not count. */
function isEscapedOpen(text: string, at: number): boolean {
  let slashes = 0;
  while (text.charAt(at - 1 - slashes) === '\\') slashes += 1;
  return slashes % 2 === 0 && text.charAt(at + 1) === '$' && text.charAt(at + 2) === '{';
}

function spanOf(
  text: string,
  start: number,
  { end, isClosed }: { end: number; isClosed: boolean },
): InterpolationSpan {
  const body = trimmed(text, { start: start + 2, end: isClosed ? end - 1 : end });
  const source = text.slice(body.start, body.end);
  const call = /^([A-Za-z_][\w.-]*)\s*:/.exec(source);
  const base = { start, end, isClosed, body };
  if (call === null) return { ...base, resolver: null, variable: null, path: plain(text, body) };
  const resolver = call[1] ?? '';
  const argument = firstArgument(text, { start: body.start + call[0].length, end: body.end });
  return {
    ...base,
    resolver,
    path: READS_PATH.has(resolver) ? plain(text, argument) : null,
    variable: resolver === 'oc.env' ? plain(text, argument) : null,
  };
}

/** A range whose text is known as it stands: with an interpolation inside, it is not. */
function plain(text: string, range: TextRange): TextRange | null {
  return text.slice(range.start, range.end).includes('${') ? null : range;
}

function firstArgument(text: string, { start, end }: TextRange): TextRange {
  let depth = 0;
  for (let at = start; at < end; at += 1) {
    const character = text.charAt(at);
    if ('{[('.includes(character)) depth += 1;
    if ('}])'.includes(character)) depth -= 1;
    if (character === ',' && depth === 0) return trimmed(text, { start, end: at });
  }
  return trimmed(text, { start, end });
}

function trimmed(text: string, range: TextRange): TextRange {
  let { start, end } = range;
  while (start < end && /\s/.test(text.charAt(start))) start += 1;
  while (end > start && /\s/.test(text.charAt(end - 1))) end -= 1;
  return { start, end };
}
