/** Controls, and characters that turn the direction of what follows or have no width: a model may write any of them. */
const HIDDEN = /[\p{Cc}\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;
const KEPT = new Set(['\n', '\t']);

/** Makes every character of a rollout's text seen, so that none can hide, or reorder the page around it. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (character) => (KEPT.has(character) ? character : nameOf(character)));
}

/** One token on its own: white space shows too, since a token may be nothing else. */
export function visibleToken(text: string): string {
  if (text === '') return '∅';
  return visibleText(text).replaceAll('\n', '↵\n').replaceAll('\t', '→\t');
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
