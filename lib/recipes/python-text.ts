import type { ConfigKey, ConfigValue } from './config-value';

/** Shortest digits that read back as the same float, in Python's notation: 1.0, 1e-05, 1e+16, inf, nan. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  const plain = String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

const UNPRINTABLE = /[\p{C}\p{Z}]/u;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeUnprintable(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${hex.padStart(4, '0')}`;
  return `\\U${hex.padStart(8, '0')}`;
}

/** Python's `repr` of a string. */
export function quotedText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = '';
  for (const character of text) {
    if (character === '\\' || character === quote) out += `\\${character}`;
    else if (character !== ' ' && UNPRINTABLE.test(character)) out += escapeUnprintable(character);
    else out += character;
  }
  return quote + out + quote;
}

function bytesText(base64: string): string {
  const raw = atob(base64);
  const quote = raw.includes("'") && !raw.includes('"') ? '"' : "'";
  let out = '';
  for (const character of raw) {
    const code = character.charCodeAt(0);
    if (character === '\\' || character === quote) out += `\\${character}`;
    else if (code < 0x20 || code > 0x7e) out += escapeUnprintable(character);
    else out += character;
  }
  return `b${quote}${out}${quote}`;
}

/** Python's `repr`: how a value prints inside a list or a map. */
export function reprText(value: ConfigValue | ConfigKey): string {
  switch (value.kind) {
    case 'string':
      return quotedText(value.value);
    case 'path':
      return `PosixPath(${quotedText(value.value)})`;
    case 'list':
      return `[${value.items.map(reprText).join(', ')}]`;
    case 'map':
      return `{${value.entries.map(([key, item]) => `${reprText(key)}: ${reprText(item)}`).join(', ')}}`;
    case 'null':
    case 'bool':
    case 'int':
    case 'float':
    case 'bytes':
    case 'secret':
      return strText(value);
  }
}

/** Python's `str`: how a value prints inside a string with interpolations. */
export function strText(value: ConfigValue | ConfigKey): string {
  switch (value.kind) {
    case 'null':
      return 'None';
    case 'bool':
      return value.value ? 'True' : 'False';
    case 'int':
      return value.value.toString();
    case 'float':
      return floatText(value.value);
    case 'bytes':
      return bytesText(value.value);
    case 'secret':
      return secretText(value);
    case 'string':
    case 'path':
      return value.value;
    case 'list':
    case 'map':
      return reprText(value);
  }
}

function secretText({ name, template }: Extract<ConfigValue, { kind: 'secret' }>): string {
  return template ?? `\${${name}}`;
}

/** Python's name of the value's type, for messages. */
export function typeName(value: ConfigValue): string {
  const names = {
    null: 'null',
    bool: 'true/false',
    int: 'an integer',
    float: 'a float',
    string: 'a string',
    bytes: 'bytes',
    path: 'a path',
    secret: 'a secret',
    list: 'a list',
    map: 'a map',
  } as const;
  return names[value.kind];
}

const INTEGER = /^\s*[+-]?[0-9]+(?:_[0-9]+)*\s*$/;

/** Python's `int(text)` for a list index, or null. */
export function indexOf(text: string): number | null {
  return INTEGER.test(text) ? Number(text.replaceAll('_', '').trim()) : null;
}
