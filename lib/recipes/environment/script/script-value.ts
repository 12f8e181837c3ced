import type { Span } from './syntax';

/** What a variable holds after the script, as far as reading can tell. */
export type ScriptValue =
  | { readonly kind: 'unset' }
  /** `isSecret`: taken from a secret, or named like one; its text stays out of sight. */
  | { readonly kind: 'text'; readonly text: string; readonly isSecret: boolean }
  /** A secret of the environment, whose text the reader was not given. */
  | { readonly kind: 'secret' }
  /** Only running the script tells. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly at: Span };

/** Longer values are left to bash: `A=$A$A` doubles at every line. */
const LONGEST = 64 * 1024;

export function textValue(text: string, isSecret = false): ScriptValue {
  return { kind: 'text', text, isSecret };
}

/** One value behind the other. */
export function joined(left: ScriptValue, right: ScriptValue, at: Span): ScriptValue {
  if (left.kind === 'unknown') return left;
  if (right.kind === 'unknown') return right;
  if (left.kind === 'secret' || right.kind === 'secret') return { kind: 'secret' };
  const text = textOf(left) + textOf(right);
  if (text.length > LONGEST) return { kind: 'unknown', reason: 'it grows very long', at };
  return textValue(text, isSecret(left) || isSecret(right));
}

function textOf(value: ScriptValue): string {
  return value.kind === 'text' ? value.text : '';
}

function isSecret(value: ScriptValue): boolean {
  return value.kind === 'secret' || (value.kind === 'text' && value.isSecret);
}
