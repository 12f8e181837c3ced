/** The content of the last `\boxed{…}`, braces matched; null when there is none, or it never closes. */
export function boxedAnswer(text: string): string | null {
  const start = text.lastIndexOf(String.raw`\boxed{`);
  if (start === -1) return null;
  const open = start + String.raw`\boxed`.length;
  const end = closingBrace(text, open);
  return end === null ? null : text.slice(open + 1, end);
}

/** Where the brace at `open` closes; `\{` and `\}` are no braces. */
export function closingBrace(text: string, open: number): number | null {
  let depth = 0;
  for (let index = open; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\\') index += 1;
    else if (character === '{') depth += 1;
    else if (character === '}' && (depth -= 1) === 0) return index;
  }
  return null;
}
