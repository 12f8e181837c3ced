import { assertNever } from '@/lib/shared/assert-never';
import { type AnswerParts, answerParts } from './answer-parts';
import { type ComplexNumber, createFormulaReader, type Formula, type FormulaReader } from './formula';
import { normalLatex } from './normal-latex';

/** Values that agree to so many digits are the same. */
const RELATIVE = 1e-9;
/** Below it, what is left over of a difference counts as nothing. */
const NOTHING = 1e-12;
/** Where unknowns are put, with a turn for each further unknown; of both signs, for roots and absolute values. */
const SAMPLES = [0.7319, 1.6437, 2.3713, -0.6143, -1.8731, 0.2917, -2.7413];
/** Samples in which a formula may have no value. */
const MIN_SAMPLES = 3;

export type SameAnswerOptions = {
  /** A fraction has to be reduced as the right answer is, and a whole number written as one. */
  readonly simplestForm: boolean;
};

/** Whether an answer in LaTeX or plain text is the right one. Never throws. */
export type SameAnswer = (given: string, truth: string) => boolean;

export function createSameAnswer({ simplestForm }: SameAnswerOptions): SameAnswer {
  const formulas = createFormulaReader();
  const sameValue = (given: string, truth: string): boolean => {
    const [one, other] = [compact(given), compact(truth)];
    if (one === other) return one !== '';
    if (one === '') return false;
    const verdict = byWriting(one, other, simplestForm);
    return verdict ?? byValue(formulas, given, truth);
  };
  const sameParts = (given: AnswerParts, truth: AnswerParts): boolean => {
    switch (truth.kind) {
      case 'value':
      case 'values':
        if (given.kind === 'value' && truth.kind === 'value') return sameValue(given.text, truth.text);
        // one value may stand alone in braces
        return sameInAnyOrder(valuesOf(given), valuesOf(truth), sameText);
      case 'union':
        return given.kind === 'union' && sameInAnyOrder(given.items, truth.items, sameText);
      case 'relation':
        return given.kind === 'relation' && sameRelation(formulas, given, truth);
      case 'tuple':
      case 'matrix':
        return sameInPlaces(given, truth, sameText);
      default:
        return assertNever(truth);
    }
  };
  const sameText = (given: string, truth: string): boolean =>
    sameParts(answerParts(given), answerParts(truth));
  return (given, truth) =>
    given.trim() === truth.trim() ||
    sameText(normalLatex(given), normalLatex(truth)) ||
    sameText(normalLatex(given, true), normalLatex(truth, true));
}

/** What the writing alone decides; null leaves it to the values. */
function byWriting(given: string, truth: string, simplestForm: boolean): boolean | null {
  const [one, other] = [decimalOf(given), decimalOf(truth)];
  if (one !== null && other !== null) return one === other;
  if (isWord(given) || isWord(truth)) return given.toLowerCase() === truth.toLowerCase();
  if (!simplestForm) return null;
  const [fraction, trueFraction] = [fractionOf(given), fractionOf(truth)];
  if (fraction !== null && trueFraction !== null) return fraction === trueFraction;
  // 4/2 and 2^3 are no way to write a whole number, 2 million is
  return other !== null && !other.includes('.') && !SCIENTIFIC.test(given) ? false : null;
}

const SCIENTIFIC = /^-?[\d.]+\\cdot10\^(?:\d|\{-?\d+\})$/;

/** A number in digits without signs that change nothing; null for all else. */
function decimalOf(text: string): string | null {
  const match = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text);
  if (match === null || !/\d/.test(text)) return null;
  const [, sign = '', whole = '', part = ''] = match;
  const digits = `${whole === '' ? '0' : whole}${part === '' ? '' : `.${part}`}`;
  return sign === '-' && digits !== '0' ? `-${digits}` : digits;
}

/** `\frac{-1}{2}`, `-1/2` and `-\frac12` are one fraction; null for all else. */
function fractionOf(text: string): string | null {
  const match =
    /^(-?)\\frac\{?(-?\d+)\}?\{(-?\d+)\}$/.exec(text) ??
    /^(-?)\\frac(\d)(\d)$/.exec(text) ??
    /^(-?)\(?(-?\d+)\)?\/\(?(-?\d+)\)?$/.exec(text);
  if (match === null) return null;
  const [, sign = '', above = '', below = ''] = match;
  const minuses = [sign, above, below].filter((part) => part.startsWith('-')).length;
  return `${minuses % 2 === 1 ? '-' : ''}${above.replace('-', '')}/${below.replace('-', '')}`;
}

function isWord(text: string): boolean {
  return /^[a-zA-Z]{3,}$/.test(text);
}

function compact(text: string): string {
  return text.replace(/(\\[a-zA-Z]+)\s+(?![a-zA-Z])/g, '$1').replace(/(?<!\\[a-zA-Z]+)\s+/g, '');
}

function byValue(formulas: FormulaReader, given: string, truth: string): boolean {
  const [one, other] = [formulas.read(given), formulas.read(truth)];
  return one !== null && other !== null && haveSameValues(formulas, [one, other], isNear);
}

type Compare = (one: ComplexNumber, other: ComplexNumber) => boolean;

type Pair = readonly [given: Formula, truth: Formula];

/** At every sample where either has a value, both have, and `compare` holds. */
function haveSameValues(formulas: FormulaReader, [given, truth]: Pair, compare: Compare): boolean {
  const unknowns = [...new Set([...given.unknowns, ...truth.unknowns])].toSorted();
  const samples = unknowns.length === 0 ? [0] : SAMPLES.keys();
  let seen = 0;
  for (const sample of samples) {
    const at = new Map(
      unknowns.map((name, index) => [name, SAMPLES[(sample + 3 * index) % SAMPLES.length] ?? 1]),
    );
    const [left, right] = [formulas.value(given, at), formulas.value(truth, at)];
    if (left === null && right === null) continue;
    if (left === null || right === null || !compare(left, right)) return false;
    seen += 1;
  }
  return seen >= (unknowns.length === 0 ? 1 : MIN_SAMPLES);
}

function isNear(one: ComplexNumber, other: ComplexNumber): boolean {
  return (
    isNearReal(one.re, other.re, Math.hypot(one.re, one.im)) &&
    isNearReal(one.im, other.im, Math.hypot(one.re, one.im))
  );
}

function isNearReal(one: number, other: number, scale: number): boolean {
  if (one === other) return true;
  return Math.abs(one - other) <= Math.max(RELATIVE * Math.max(scale, Math.abs(other)), NOTHING);
}

type Relation = Extract<AnswerParts, { kind: 'relation' }>;

/** Equations are the same when one is a multiple of the other; inequalities side by side. */
function sameRelation(formulas: FormulaReader, given: Relation, truth: Relation): boolean {
  if (given.sign !== truth.sign) return false;
  const minus = ({ left, right }: Relation): string => `(${left})-(${right})`;
  const [one, other] = [formulas.read(minus(given)), formulas.read(minus(truth))];
  if (one === null || other === null) {
    return compact(given.left) === compact(truth.left) && compact(given.right) === compact(truth.right);
  }
  let factor: number | null = null;
  return haveSameValues(formulas, [one, other], (left, right) => {
    if (Math.hypot(left.re, left.im) < NOTHING || Math.hypot(right.re, right.im) < NOTHING)
      return isNear(left, right);
    const ratio = left.re / right.re;
    factor ??= ratio;
    const isMultiple = isNearReal(ratio, factor, Math.abs(factor));
    return isMultiple && (given.sign === '=' || given.sign === '\\ne' || ratio > 0);
  });
}

function valuesOf(parts: AnswerParts): readonly string[] {
  if (parts.kind === 'values') return parts.items;
  return parts.kind === 'value' ? [parts.text] : [];
}

type InPlaces = Extract<AnswerParts, { kind: 'tuple' | 'matrix' }>;
type Same<T> = (given: T, truth: T) => boolean;

function sameInPlaces(given: AnswerParts, truth: InPlaces, same: Same<string>): boolean {
  if (given.kind === 'tuple' && truth.kind === 'tuple') {
    return given.brackets === truth.brackets && sameInOrder(given.items, truth.items, same);
  }
  if (given.kind !== 'matrix' || truth.kind !== 'matrix') return false;
  return sameInOrder(given.rows, truth.rows, (row, other) => sameInOrder(row, other, same));
}

function sameInOrder<T>(
  given: readonly T[],
  truth: readonly T[],
  same: (one: T, other: T) => boolean,
): boolean {
  return (
    given.length === truth.length &&
    truth.every((one, index) => {
      const other = given[index];
      return other !== undefined && same(other, one);
    })
  );
}

function sameInAnyOrder(
  given: readonly string[],
  truth: readonly string[],
  same: (one: string, other: string) => boolean,
): boolean {
  const left = [...given];
  const isEachThere = truth.every((one) => {
    const index = left.findIndex((other) => same(other, one));
    if (index === -1) return false;
    left.splice(index, 1);
    return true;
  });
  return isEachThere && left.length === 0;
}
