import type { SourceRange, TextEdit } from '@/lib/recipes/diagnostic';
import { type SecretLiteral, secretLiterals } from './secret-literals';

/** Where a file holds secrets in clear: what an editor covers. */
export function secretRanges(file: string, text: string): readonly SourceRange[] {
  return secretLiterals(file, text).map(({ start, end }) => ({ file, start, end }));
}

/** The same text with dots in the place of every secret. */
export function coverSecrets(file: string, text: string): string {
  return applied(
    text,
    secretLiterals(file, text).map((literal) => ({ ...literal, text: '•'.repeat(8) })),
  );
}

/** The same with a dot in the place of every letter: all other places in the text stay what they are. */
export function coverInPlace(file: string, text: string): string {
  return applied(
    text,
    secretLiterals(file, text).map((literal) => ({
      ...literal,
      text: text.slice(literal.start, literal.end).replaceAll(/[^\n]/g, '•'),
    })),
  );
}

/**
 * A file's text as it may be kept: every secret in it replaced. A value of a layer becomes a reference to the
 * environment, anything else stars, which count as a placeholder. Whatever stores or hands out a recipe's files
 * (snapshots, versions, archives) sends them through here.
 */
export function withoutSecrets(file: string, text: string): string {
  return applied(
    text,
    secretLiterals(file, text).map((literal) => ({ ...literal, text: standIn(literal) })),
  );
}

function standIn(literal: SecretLiteral): string {
  return literal.form === 'script' || literal.form === 'text' ? '***' : reference(literal, literal.name);
}

/** How a layer names a variable in the place of a literal. */
export function reference({ form }: SecretLiteral, name: string): string {
  const text = `\${oc.env:${name}}`;
  return form === 'value' ? `"${text}"` : text;
}

/**
 * The edit that takes a secret out of its file once it is stored as `name`. In a script the line goes, because the
 * stored value is in the environment anyway; a longer line loses the assignment alone.
 */
export function removalOf(literal: SecretLiteral, text: string, name: string): TextEdit {
  const { file, start, end, form } = literal;
  if (form === 'value' || form === 'part') return { file, start, end, text: reference(literal, name) };
  if (form === 'text') return { file, start, end, text: '***' };
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', end);
  const stop = lineEnd === -1 ? text.length : lineEnd;
  const isAlone =
    /^\s*(export\s+|readonly\s+|declare\s+-\w+\s+)?\w+\+?=$/.test(text.slice(lineStart, start)) &&
    /^\s*;?\s*(#.*)?$/.test(text.slice(end, stop));
  // another name than the script's own: what reads the variable later still finds it
  if (!isAlone || name !== literal.name) return { file, start, end, text: `"\${${name}}"` };
  const comment = /#.*$/.exec(text.slice(end, stop))?.[0] ?? '';
  const kept = comment === '' || /^#\s*secret\s*$/i.test(comment) ? '' : `${comment}\n`;
  return { file, start: lineStart, end: Math.min(stop + 1, text.length), text: kept };
}

function applied(text: string, edits: readonly TextEdit[]): string {
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);
}
