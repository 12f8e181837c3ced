import { Failure } from '@/lib/recipes/failure';

export type GrammarToken = { readonly kind: GrammarTokenKind; readonly text: string; readonly start: number };
export type GrammarTokenKind =
  | 'string'
  | 'escaped-open'
  | 'top-backslashes'
  | 'quoted-backslashes'
  | 'escape'
  | 'open'
  | 'close'
  | 'brace-open'
  | 'brace-close'
  | 'quote-open'
  | 'quote-close'
  | 'bracket-open'
  | 'bracket-close'
  | 'comma'
  | 'colon'
  | 'dot'
  | 'float'
  | 'int'
  | 'bool'
  | 'null'
  | 'character'
  | 'id'
  | 'key'
  | 'space';

export type Mode = 'top' | 'value' | 'interpolation' | 'single-quoted' | 'double-quoted';
type Move = { readonly push: Mode } | { readonly replace: Mode } | 'pop' | null;
type Rule = { readonly kind: GrammarTokenKind; readonly pattern: RegExp; readonly move: Move };

function rule(kind: GrammarTokenKind, source: string, move: Move = null): Rule {
  return { kind, pattern: new RegExp(source, 'y'), move };
}

const INT = '(?:0|[1-9](?:_?[0-9])*)';
const POINT = `(?:${INT}\\.|${INT}?\\.[0-9](?:_?[0-9])*)`;
const EXPONENT = `(?:${POINT}|${INT})[eE][+-]?[0-9](?:_?[0-9])*`;
const FLOAT = `[+-]?(?:${EXPONENT}|${INT}?\\.[0-9](?:_?[0-9])*|${INT}\\.|[Ii][Nn][Ff]|[Nn][Aa][Nn])`;
const ID = '[a-zA-Z_][a-zA-Z0-9_-]*';

/** Words of an unquoted value; shared with the grammar of command-line overrides. */
export const VALUE_WORDS = {
  float: FLOAT,
  int: `[+-]?${INT}`,
  bool: '[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]',
  null: '[Nn][Uu][Ll][Ll]',
  character: '[/\\-\\\\+.$%*@?|]',
  id: ID,
  escape: '(?:\\\\\\\\|\\\\[()[\\]{}:=, \\t])+',
  space: '[ \\t]+',
  unsignedInt: INT,
} as const;

function quotedRules(quote: "'" | '"'): readonly Rule[] {
  return [
    rule('open', '\\$\\{[ \\t]*', { push: 'interpolation' }),
    rule('quote-close', quote, 'pop'),
    rule('string', `[^${quote}$]*[^${quote}\\\\$]`),
    rule('escaped-open', '(?:\\\\\\\\)*\\\\\\$\\{'),
    rule('escape', `(?:\\\\\\\\)*\\\\${quote}`),
    rule('quoted-backslashes', '(?:\\\\\\\\)+'),
    rule('string', '\\\\+'),
    rule('string', '\\$'),
  ];
}

// In each mode the longest match wins; among equals, the first rule.
const RULES: Readonly<Record<Mode, readonly Rule[]>> = {
  top: [
    rule('open', '\\$\\{[ \\t]*', { push: 'interpolation' }),
    rule('string', '[^$]*[^\\\\$]'),
    rule('escaped-open', '(?:\\\\\\\\)*\\\\\\$\\{'),
    rule('top-backslashes', '(?:\\\\\\\\)+'),
    rule('string', '\\\\+'),
    rule('string', '\\$'),
  ],
  value: [
    rule('open', '\\$\\{[ \\t]*', { push: 'interpolation' }),
    rule('brace-open', '\\{[ \\t]*', { push: 'value' }),
    rule('brace-close', '[ \\t]*\\}', 'pop'),
    rule('quote-open', "'", { push: 'single-quoted' }),
    rule('quote-open', '"', { push: 'double-quoted' }),
    rule('comma', '[ \\t]*,[ \\t]*'),
    rule('bracket-open', '\\[[ \\t]*'),
    rule('bracket-close', '[ \\t]*\\]'),
    rule('colon', '[ \\t]*:[ \\t]*'),
    rule('float', VALUE_WORDS.float),
    rule('int', VALUE_WORDS.int),
    rule('bool', VALUE_WORDS.bool),
    rule('null', VALUE_WORDS.null),
    rule('character', VALUE_WORDS.character),
    rule('id', VALUE_WORDS.id),
    rule('escape', VALUE_WORDS.escape),
    rule('space', VALUE_WORDS.space),
  ],
  interpolation: [
    rule('open', '\\$\\{[ \\t]*', { push: 'interpolation' }),
    rule('colon', '[ \\t]*:[ \\t]*', { replace: 'value' }),
    rule('close', '[ \\t]*\\}', 'pop'),
    rule('dot', '\\.'),
    rule('bracket-open', '\\['),
    rule('bracket-close', '\\]'),
    rule('id', ID),
    rule('key', '[^\\\\{}()[\\]:. \\t\'"]+'),
  ],
  'single-quoted': quotedRules("'"),
  'double-quoted': quotedRules('"'),
};

export function grammarFailure(message: string): Failure {
  return new Failure({ class: 'grammar', message });
}

/** Splits a string by the interpolation grammar, from the given mode on. */
export function tokenize(text: string, mode: 'top' | 'value'): readonly GrammarToken[] {
  const tokens: GrammarToken[] = [];
  const modes: Mode[] = [mode];
  let at = 0;
  while (at < text.length) {
    const found = longest(text, at, modes[modes.length - 1] ?? mode);
    if (found === null) throw grammarFailure(describeStop(text, at));
    tokens.push({ kind: found.rule.kind, text: text.slice(at, found.end), start: at });
    at = found.end;
    move(modes, found.rule.move);
    if (modes.length === 0) throw grammarFailure(`A } in "${text}" closes nothing.`);
  }
  return tokens;
}

function longest(text: string, at: number, mode: Mode): { rule: Rule; end: number } | null {
  let best: { rule: Rule; end: number } | null = null;
  for (const candidate of RULES[mode]) {
    candidate.pattern.lastIndex = at;
    if (!candidate.pattern.test(text)) continue;
    const end = candidate.pattern.lastIndex;
    if (end > at && (best === null || end > best.end)) best = { rule: candidate, end };
  }
  return best;
}

function move(modes: Mode[], step: Move): void {
  if (step === null) return;
  if (step === 'pop') modes.pop();
  else if ('push' in step) modes.push(step.push);
  else modes.splice(-1, 1, step.replace);
}

function describeStop(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return `The interpolation in "${text}" cannot be read at ${JSON.stringify(character)}. Quote the text, or escape the character with a backslash.`;
}
