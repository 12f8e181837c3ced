const PLACEHOLDERS: readonly RegExp[] = [
  /\/path\/to(\/|$|\b)/i,
  /^<[^<>]*>$/,
  /<(your|my|path|insert|replace|api|put)[^<>]*>/i,
  /^\[(your|insert|replace)[^\]]*\]$/i,
  /(^|[^a-z0-9])(your|insert|replace)[-_ ]?(own[-_ ])?[a-z0-9-_ ]*(key|token|secret|password|path|name|host|url|id|user|project|here|endpoint|server)\b/i,
  /[-_]here$/i,
  /^(change[-_ ]?me|replace[-_ ]?me|fill[-_ ]?me[-_ ]?in|fixme|todo|tbd)$/i,
  /^[a-z]{0,4}[-_]?x{3,}$/i,
  /^(?:\.\.\.|…)$|(?:\.\.\.|…)$/,
  /^\*{3,}$/,
];

/** Longer than any placeholder that somebody writes; keeps the patterns cheap on anything. */
const LONGEST = 300;

/** Whether a value waits to be filled in: `/path/to/models`, `your_key`, `<token>`, `changeme`, `sk-xxx`, `***`. */
export function isPlaceholder(value: string): boolean {
  const text = value.trim();
  return text !== '' && text.length <= LONGEST && PLACEHOLDERS.some((pattern) => pattern.test(text));
}

const HARMLESS =
  /^(empty|none|null|nil|no|false|true|dummy|unused|not[-_ ]?(needed|used|required)|n\/?a|x+)$/i;

/** Whether a value under a secret's name is certainly none: nothing, a placeholder, or a word such as `EMPTY`. */
export function isHarmless(value: string): boolean {
  const text = value.trim();
  return text === '' || HARMLESS.test(text) || isPlaceholder(text);
}
