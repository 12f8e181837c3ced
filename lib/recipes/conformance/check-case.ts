import { compose, type Composed } from '@/lib/recipes/compose';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import type { Expectation, GoldenCase } from './golden-case';
import { canonical, encodeValue } from './value-code';

/** Runs a golden case; null when it passes, otherwise what differs. */
export function checkCase(golden: GoldenCase): string | null {
  const composed = compose({
    files: golden.files,
    entry: golden.config,
    env: golden.env,
    overrides: golden.overrides,
    packageFromFolder: true,
  });
  const difference = compareWith(golden.expect, composed);
  if (difference === null || golden.expect_without_quirk === undefined) return difference;
  return compareWith(golden.expect_without_quirk, composed) === null ? null : difference;
}

function compareWith(expected: Expectation, actual: Composed): string | null {
  const { error } = expected;
  const found = actual.diagnostics.find(({ severity }) => severity === 'error');
  if (error !== undefined) {
    if (found === undefined) return `expected the error ${error.class}, but there is none`;
    return compareError(error, found) ?? compareKept(expected, actual);
  }
  if (found !== undefined) return `unexpected ${found.code} (${found.path ?? ''}): ${found.message}`;
  return compareValue('composed', expected, actual) ?? compareValue('resolved', expected, actual);
}

/** What is composed although it cannot be resolved. */
function compareKept(expected: Expectation, actual: Composed): string | null {
  return 'composed' in expected ? compareValue('composed', expected, actual) : null;
}

function compareError(error: NonNullable<Expectation['error']>, found: Diagnostic): string | null {
  if (error.class === 'internal') return null;
  const { reference } = found;
  if (reference === undefined) return `the error ${found.code} names no reference`;
  for (const fact of ['class', 'phase', 'key', 'missing'] as const)
    if (error[fact] !== undefined && error[fact] !== reference[fact])
      return `expected the error's ${fact} ${error[fact]}, but got ${reference[fact] ?? 'none'}: ${found.message}`;
  return null;
}

function compareValue(part: 'composed' | 'resolved', expected: Expectation, actual: Composed): string | null {
  const value = actual[part];
  const got = canonical(value === null ? null : encodeValue(value));
  const want = canonical(expected[part]);
  return got === want ? null : `${part} differs\n    expected ${want}\n    got      ${got}`;
}
