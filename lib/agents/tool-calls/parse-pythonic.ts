import { parse } from 'yaml';
import type { CallAttempt, ParsedCalls } from './parsed-calls';

const FORM = 'Write [tool(key="value")].';

/** `[add(a=1, b="x"), other()]` at the end of the text, as Llama models write calls: arguments by name, literals only. */
export function parsePythonic(text: string): ParsedCalls {
  const start = /\[\s*[A-Za-z_]\w*\s*\(/.exec(text)?.index ?? -1;
  if (start < 0) return { content: text.trim(), calls: [] };
  const list = text.slice(start).trim();
  const content = text.slice(0, start).trim();
  if (!list.endsWith(']')) {
    return { content, calls: [{ ok: false, text: list, message: `The list of calls has no end. ${FORM}` }] };
  }
  const parts = splitTop(list.slice(1, -1));
  const refused: CallAttempt = {
    ok: false,
    text: list,
    message: `A bracket or quote is not closed. ${FORM}`,
  };
  return { content, calls: parts === null ? [refused] : parts.map(attempt) };
}

function attempt(text: string): CallAttempt {
  const call = /^([A-Za-z_]\w*)\s*\(([\s\S]*)\)$/.exec(text);
  const parts = call === null ? null : splitTop(call[2] ?? '');
  if (call?.[1] === undefined || parts === null) {
    return { ok: false, text, message: `"${text}" is not a call. ${FORM}` };
  }
  const args: Record<string, unknown> = {};
  for (const part of parts) {
    const pair = /^([A-Za-z_]\w*)\s*=\s*([\s\S]+)$/.exec(part);
    const value = pair === null ? undefined : literal(pair[2] ?? '');
    if (pair?.[1] === undefined || value === undefined) {
      return { ok: false, text, message: `"${part}" is not an argument by name with a literal. ${FORM}` };
    }
    args[pair[1]] = value;
  }
  return { ok: true, name: call[1], arguments: args, text };
}

/** Undefined for what is no literal. Python's lists, dicts, strings and numbers are YAML's flow style, but for None. */
function literal(text: string): unknown {
  if (text === 'None') return null;
  if (/^[A-Za-z_]/.test(text) && !/^(true|false)$/i.test(text)) return undefined;
  try {
    const value: unknown = parse(text, { logLevel: 'silent' });
    return value;
  } catch {
    return undefined;
  }
}

/** A string in either quote, a bracket, a comma, or what stands between them. */
const PIECE = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[([{]|[)\]}]|,|[^"'([{)\]},]+|["']/g;

/** Parts between commas that stand in no bracket and no string; null when one is left open. */
function splitTop(text: string): readonly string[] | null {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const [piece] of text.matchAll(PIECE)) {
    // a quote alone is one that nothing closes
    if (piece === '"' || piece === "'") return null;
    if ('([{'.includes(piece)) depth += 1;
    if (')]}'.includes(piece)) depth -= 1;
    if (depth < 0) return null;
    if (piece === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += piece;
  }
  if (depth !== 0) return null;
  return part.trim() === '' ? parts : [...parts, part.trim()];
}
