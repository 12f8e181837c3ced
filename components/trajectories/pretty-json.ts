const WIDTH = 80;

/** JSON objects and lists on lines of their own, short ones on one line; any other text as it is. */
export function prettyJson(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return joinShort(JSON.stringify(JSON.parse(text), null, 2));
  } catch {
    return text;
  }
}

/** Innermost objects and lists, where they fit. */
function joinShort(pretty: string): string {
  return pretty.replaceAll(/[[{]\n\s+[^[\]{}]*\n\s+[\]}]/g, (lines) => {
    const line = lines.replaceAll(/\n\s+/g, ' ');
    return line.length <= WIDTH ? line : lines;
  });
}
