const WIDTH = 80;
/** A text, a bracket, a comma or a colon, or a number or word: JSON without its blanks. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * JSON objects and lists on lines of their own, short ones on one line; any other text as it is. Only blanks change: a
 * number keeps every digit that was written, which it would not as a number.
 */
export function prettyJson(text: string): string {
  if (!/^\s*[[{]/.test(text) || !isJson(text)) return text;
  return joinShort(onLines(text.match(TOKEN) ?? []));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function onLines(tokens: readonly string[]): string {
  const parts: string[] = [];
  let depth = 0;
  const line = (): string => `\n${'  '.repeat(depth)}`;
  tokens.forEach((token, index) => {
    if (isClosing(token)) {
      depth -= 1;
      parts.push(isOpening(tokens[index - 1]) ? '' : line(), token);
    } else if (isOpening(token)) {
      depth += 1;
      parts.push(token, isClosing(tokens[index + 1]) ? '' : line());
    } else if (token === ',') parts.push(token, line());
    else parts.push(token === ':' ? ': ' : token);
  });
  return parts.join('');
}

function isOpening(token: string | undefined): boolean {
  return token === '{' || token === '[';
}

function isClosing(token: string | undefined): boolean {
  return token === '}' || token === ']';
}

/** Innermost objects and lists, where they fit. */
function joinShort(pretty: string): string {
  return pretty.replaceAll(/[[{]\n\s+[^[\]{}]*\n\s+[\]}]/g, (lines) => {
    const line = lines.replaceAll(/\n\s+/g, ' ');
    return line.length <= WIDTH ? line : lines;
  });
}
