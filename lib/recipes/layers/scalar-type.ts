// YAML 1.1 as PyYAML reads it, with the floats that OmegaConf adds (1e-4) and without timestamps.
const NULL = /^(?:~|null|Null|NULL|)$/;
const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const TRUE = /^(?:yes|true|on)$/i;
const INT =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOATS: readonly RegExp[] = [
  /^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?$/,
  /^\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?$/,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,
  /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^[-+]?[0-9]+(?:_[0-9]+)*\.[0-9_]*(?:[eE][-+]?[0-9]+)?$/,
  /^[-+]?[0-9]+(?:_[0-9]+)*[eE][-+]?[0-9]+$/,
];
const NUMBER_START = /^[-+.0-9]/;

export type PlainType = 'null' | 'bool' | 'int' | 'float' | 'merge' | 'value' | 'str';

/** The type that a plain scalar's text gives it. */
export function plainType(text: string): PlainType {
  if (NUMBER_START.test(text)) {
    if (INT.test(text)) return 'int';
    return FLOATS.some((pattern) => pattern.test(text)) ? 'float' : 'str';
  }
  if (NULL.test(text)) return 'null';
  if (BOOL.test(text)) return 'bool';
  if (text === '<<') return 'merge';
  return text === '=' ? 'value' : 'str';
}

export function boolOf(text: string): boolean | null {
  return BOOL.test(text) || /^(?:yes|no|true|false|on|off)$/i.test(text) ? TRUE.test(text) : null;
}

function unsigned(text: string): { readonly negative: boolean; readonly digits: string } {
  const clean = text.replaceAll('_', '');
  const negative = clean.startsWith('-');
  return { negative, digits: negative || clean.startsWith('+') ? clean.slice(1) : clean };
}

const DECIMAL = /^[0-9]+$/;

/** Digits in a base, or null where Python's `int` raises. */
function intDigits(digits: string): bigint | null {
  if (digits === '0') return 0n;
  if (/^0b[01]+$/.test(digits) || /^0x[0-9a-fA-F]+$/.test(digits)) return BigInt(digits);
  if (digits.startsWith('0')) return /^0[0-7]*$/.test(digits) ? BigInt(`0o${digits}`) : null;
  const parts = digits.split(':');
  if (!parts.every((part) => DECIMAL.test(part))) return null;
  return parts.reduce((sum, part) => sum * 60n + BigInt(part), 0n);
}

/** `0x1F`, `017`, `1_000`, `1:30` → integer; null where it is none (`0x_`). */
export function intOf(text: string): bigint | null {
  const { digits, negative } = unsigned(text);
  const value = intDigits(digits);
  return value === null || !negative ? value : -value;
}

const FLOAT_TEXT = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/;

export function floatOf(text: string): number | null {
  const { digits, negative } = unsigned(text.toLowerCase());
  const sign = negative ? -1 : 1;
  if (digits === '.inf') return sign * Number.POSITIVE_INFINITY;
  if (digits === '.nan') return Number.NaN;
  const parts = digits.split(':');
  if (!parts.every((part) => FLOAT_TEXT.test(part))) return null;
  let value = 0;
  let base = 1;
  for (const part of parts.toReversed()) {
    value += Number(part) * base;
    base *= 60;
  }
  return sign * value;
}
