import { isList } from '@/lib/recipes/config-view';

// The language of checks.yaml: config paths, numbers, texts, comparison, arithmetic, and/or/not, `in` lists and a few
// functions. It reads values and nothing else.

export type Value = number | string | boolean | null | readonly Value[];

export type Expression =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly argument: Expression }
  | { readonly kind: 'not' | 'negate'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    };

export class ExpressionError extends Error {}

const FUNCTIONS: Readonly<Record<string, (value: Value) => Value>> = {
  exists: (value) => value !== null,
  length: (value) =>
    typeof value === 'string' || isList(value) ? value.length : fail('length of no list or text'),
  floor: (value) => Math.floor(numberOf(value)),
  ceil: (value) => Math.ceil(numberOf(value)),
  abs: (value) => Math.abs(numberOf(value)),
};

export const FUNCTION_NAMES = Object.keys(FUNCTIONS);

/** Throws `ExpressionError` when two values cannot be computed with, e.g. a text less than a number. */
export function evaluate(expression: Expression, read: (path: string) => Value): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path':
      return read(expression.path);
    case 'list':
      return expression.items.map((item) => evaluate(item, read));
    case 'call':
      return FUNCTIONS[expression.name]?.(evaluate(expression.argument, read)) ?? null;
    case 'not':
      return !isTruthy(evaluate(expression.operand, read));
    case 'negate':
      return -numberOf(evaluate(expression.operand, read));
    case 'binary':
      return binary(expression, read);
  }
}

export function isTruthy(value: Value): boolean {
  return (
    value !== null && value !== false && value !== 0 && value !== '' && !(isList(value) && value.length === 0)
  );
}

function binary(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  read: (path: string) => Value,
): Value {
  const a = evaluate(left, read);
  if (operator === 'and') return isTruthy(a) && isTruthy(evaluate(right, read));
  if (operator === 'or') return isTruthy(a) || isTruthy(evaluate(right, read));
  const b = evaluate(right, read);
  if (operator === '==') return isSame(a, b);
  if (operator === '!=') return !isSame(a, b);
  if (operator === 'in') return isList(b) ? b.some((item) => isSame(item, a)) : fail('`in` needs a list');
  if (['<', '<=', '>', '>='].includes(operator)) return compare(operator, a, b);
  return compute(operator, numberOf(a), numberOf(b));
}

function compare(operator: string, a: Value, b: Value): boolean {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (operator === '<') return x < y;
  if (operator === '<=') return x <= y;
  return operator === '>' ? x > y : x >= y;
}

function compute(operator: string, x: number, y: number): number {
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return y === 0 ? fail('division by zero') : x / y;
    default:
      return y === 0 ? fail('remainder of a division by zero') : x % y;
  }
}

function isSame(a: Value, b: Value): boolean {
  if (isList(a) && isList(b))
    return a.length === b.length && a.every((item, at) => isSame(item, b[at] ?? null));
  return a === b;
}

function numberOf(value: Value): number {
  return typeof value === 'number' ? value : fail(`${JSON.stringify(value)} is not a number`);
}

function fail(message: string): never {
  throw new ExpressionError(message);
}
