import { type CallAttempt, isObject, type ParsedCalls, readObject } from './parsed-calls';

const FORM = 'Write <tool_call>{"name": …, "arguments": {…}}</tool_call>.';

/**
 * `<tool_call>{"name": "add", "arguments": {"a": 1}}</tool_call>`, once or more: the form of Hermes and Qwen models. A
 * call whose closing tag is missing at the end of the text counts as well.
 */
export function parseHermes(text: string): ParsedCalls {
  const calls: CallAttempt[] = [];
  const content = text.replace(
    /<tool_call>([\s\S]*?)(?:<\/tool_call>|(?=<tool_call>)|$)/g,
    (whole, inner: string) => {
      calls.push(attempt(inner.trim(), whole));
      return '';
    },
  );
  return { content: content.trim(), calls };
}

function attempt(inner: string, text: string): CallAttempt {
  const call = readObject(inner);
  if (call === null) return { ok: false, text, message: `The tool call is not a JSON object. ${FORM}` };
  const { name, arguments: given = {} } = call;
  if (typeof name !== 'string' || name === '') {
    return { ok: false, text, message: `The tool call names no tool. ${FORM}` };
  }
  // some models write the arguments as a text of JSON once more
  const args = typeof given === 'string' ? readObject(given) : given;
  if (!isObject(args))
    return { ok: false, text, message: `The arguments of ${name} are not an object. ${FORM}` };
  return { ok: true, name, arguments: args, text };
}
