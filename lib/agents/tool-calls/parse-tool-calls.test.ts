import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TOOL_CALL_MODES } from '../config/agent-config';
import { parseToolCalls } from './parse-tool-calls';

const call = (name: string, args: object): unknown =>
  expect.objectContaining({ ok: true, name, arguments: args });
const refused = (message: string): unknown => {
  const contained: unknown = expect.stringContaining(message);
  return expect.objectContaining({ ok: false, message: contained });
};

describe('hermes and openai', () => {
  test.each([
    ['<tool_call>{"name": "add", "arguments": {"a": 1}}</tool_call>', { a: 1 }],
    ['<tool_call>\n{"name": "add", "arguments": "{\\"a\\": 1}"}\n</tool_call>', { a: 1 }],
    ["<tool_call>{'name': 'add', 'arguments': {'a': 1,}}</tool_call>", { a: 1 }],
    ['<tool_call>{"name": "add", "arguments": {"a": 1}}', { a: 1 }],
    ['<tool_call>{"name": "add"}</tool_call>', {}],
  ])('reads %s', (text, args) => {
    expect(parseToolCalls(text, 'hermes')).toEqual({ content: '', calls: [call('add', args)] });
    expect(parseToolCalls(text, 'openai').calls).toHaveLength(1);
  });

  test('text around the calls is content, and several calls keep their order', () => {
    const one = '<tool_call>{"name":"a","arguments":{}}</tool_call>';
    const two = '<tool_call>{"name":"b","arguments":{}}</tool_call>';
    expect(parseToolCalls(`I look. ${one}\n${two}`, 'hermes')).toEqual({
      content: 'I look.',
      calls: [call('a', {}), call('b', {})],
    });
  });

  test.each([
    ['<tool_call>add 1</tool_call>', 'not a JSON object'],
    ['<tool_call>{"arguments": {}}</tool_call>', 'names no tool'],
    ['<tool_call>{"name": "add", "arguments": [1]}</tool_call>', 'arguments of add'],
    ['<tool_call>', 'not a JSON object'],
  ])('tells what is wrong with %s', (text, message) => {
    expect(parseToolCalls(text, 'hermes').calls).toEqual([refused(message)]);
  });
});

describe('xml', () => {
  test('reads parameters as texts', () => {
    const text =
      'So:\n<tool_use>\n<tool_name>add</tool_name>\n<parameter>\n<a>1</a><b>x &lt; y</b>\n</parameter>\n</tool_use>';
    expect(parseToolCalls(text, 'xml')).toEqual({
      content: 'So:',
      calls: [call('add', { a: '1', b: 'x < y' })],
    });
  });
  test('reads a call whose end is missing', () => {
    const text = '<tool_use><tool_name>add</tool_name><parameter><a>1</a></parameter>';
    expect(parseToolCalls(text, 'xml').calls).toEqual([call('add', { a: '1' })]);
  });
  test('tells what is wrong', () => {
    expect(parseToolCalls('<tool_use>add</tool_use>', 'xml').calls).toEqual([refused('names no tool')]);
    const noElements = '<tool_use><tool_name>add</tool_name><parameter>1</parameter></tool_use>';
    expect(parseToolCalls(noElements, 'xml').calls).toEqual([refused('not XML elements')]);
  });
});

describe('pythonic', () => {
  test.each([
    ['[c(e="3*(4+5)")]', 'c', { e: '3*(4+5)' }],
    ["[ c ( e = 'a, b' , n = 3 ) ]", 'c', { e: 'a, b', n: 3 }],
    ['[c(a=[1, 2], b={"x": True}, n=None, f=-1.5)]', 'c', { a: [1, 2], b: { x: true }, n: null, f: -1.5 }],
    ['[c()]', 'c', {}],
  ])('reads %s', (text, name, args) => {
    expect(parseToolCalls(text, 'pythonic')).toEqual({ content: '', calls: [call(name, args)] });
  });
  test('reads several calls behind some text', () => {
    expect(parseToolCalls('Let me: [a(x=1), b()]', 'pythonic')).toEqual({
      content: 'Let me:',
      calls: [call('a', { x: 1 }), call('b', {})],
    });
  });
  test.each([
    ['[c(e="3"]', 'not closed'],
    ['[c(e="3")', 'no end'],
    ['[c(3)]', 'not an argument by name'],
    ['[c(e=open())]', 'not an argument by name'],
  ])('tells what is wrong with %s', (text, message) => {
    expect(parseToolCalls(text, 'pythonic').calls).toEqual([refused(message)]);
  });
  test('a list that is no call is an answer', () => {
    expect(parseToolCalls('[1, 2]', 'pythonic')).toEqual({ content: '[1, 2]', calls: [] });
  });
});

test('whatever a model writes is read, in every mode', () => {
  const piece = fc.constantFrom(
    '<tool_call>',
    '</tool_call>',
    '{',
    '}',
    '"name"',
    '[c(',
    ')]',
    '<tool_use>',
    'x=',
    "'",
  );
  const text = fc
    .array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 12 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.constantFrom(...TOOL_CALL_MODES), (written, mode) => {
      const { content, calls } = parseToolCalls(written, mode);
      expect(typeof content).toBe('string');
      for (const each of calls) expect(typeof each.text).toBe('string');
    }),
  );
});
