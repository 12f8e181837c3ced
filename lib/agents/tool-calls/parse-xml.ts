import type { CallAttempt, ParsedCalls } from './parsed-calls';

const FORM = 'Write <tool_use><tool_name>…</tool_name><parameter><key>value</key></parameter></tool_use>.';
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** NexAU's own form. Values are texts; the tool's schema says what they become. */
export function parseXml(text: string): ParsedCalls {
  const calls: CallAttempt[] = [];
  const content = text.replace(
    /<tool_use>([\s\S]*?)(?:<\/tool_use>|(?=<tool_use>)|$)/g,
    (whole, inner: string) => {
      calls.push(attempt(inner, whole));
      return '';
    },
  );
  return { content: content.trim(), calls };
}

function attempt(inner: string, text: string): CallAttempt {
  const name = /<tool_name>([\s\S]*?)<\/tool_name>/.exec(inner)?.[1]?.trim() ?? '';
  if (name === '') return { ok: false, text, message: `The tool call names no tool. ${FORM}` };
  const parameters = /<parameters?>([\s\S]*?)(?:<\/parameters?>|$)/.exec(inner)?.[1] ?? '';
  const pairs = [...parameters.matchAll(/<([\w.-]+)>([\s\S]*?)<\/\1>/g)].map(
    ([, key = '', value = '']) => [key, unescape(value.trim())] as const,
  );
  if (pairs.length === 0 && parameters.trim() !== '') {
    return { ok: false, text, message: `The parameters of ${name} are not XML elements. ${FORM}` };
  }
  return { ok: true, name, arguments: Object.fromEntries(pairs), text };
}

function unescape(value: string): string {
  return value.replace(/&(lt|gt|amp|quot|apos);/g, (whole, entity: string) => ENTITIES[entity] ?? whole);
}
