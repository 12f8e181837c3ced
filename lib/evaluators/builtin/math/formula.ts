/* eslint @typescript-eslint/no-unsafe-class-instance-assignment: off -- it never ends on the recursive types of MathJSON */
import { ComputeEngine } from '@cortex-js/compute-engine';

/** A formula as a tree of MathJSON in which juxtaposition is decided: `2\frac{3}{4}` is a sum, `2x` a product. */
export type Formula = { readonly tree: Tree; readonly unknowns: ReadonlySet<string> };
type Tree = number | string | { readonly num: string } | Node;
type Node = readonly [string, ...Tree[]];

export type ComplexNumber = { readonly re: number; readonly im: number };

/** Answers are short; what is longer is no answer, and costs time. */
const MAX_CHARACTERS = 300;
const MAX_NODES = 200;
/** Powers and factorials beyond this would fill the memory rather than decide anything. */
const MAX_EXPONENT = 400;
const MAX_FACTORIAL = 100;
const MAX_SIZE = 1e300;
/** Unknowns are put at places below it. */
const UNKNOWN_SIZE = 5;

const FUNCTIONS = new Set(
  (
    'Add Subtract Multiply Divide Rational Power Square Sqrt Root Negate Abs Factorial Floor Ceil Exp Ln Log Lb ' +
    'Sin Cos Tan Cot Sec Csc Arcsin Arccos Arctan Sinh Cosh Tanh Degrees Half'
  ).split(' '),
);
const CONSTANTS: Readonly<Record<string, string>> = {
  Pi: 'Pi',
  e: 'ExponentialE',
  ExponentialE: 'ExponentialE',
  i: 'ImaginaryUnit',
  ImaginaryUnit: 'ImaginaryUnit',
  PositiveInfinity: 'PositiveInfinity',
  NegativeInfinity: 'NegativeInfinity',
};

export type FormulaReader = {
  /** Null for what is no formula, or one that is too large or too strange to be compared by value. */
  read(latex: string): Formula | null;
  /** Its value where unknowns have the values given; null where it has none. */
  value(formula: Formula, at: ReadonlyMap<string, number>): ComplexNumber | null;
};

export function createFormulaReader(): FormulaReader {
  const engine = new ComputeEngine();
  return {
    read: (latex) => {
      if (latex.length > MAX_CHARACTERS) return null;
      try {
        // canonical forms are computed while they are read, and 9^{9^{9}} would be
        const raw: unknown = engine.parse(binomials(latex), { canonical: false }).json;
        const unknowns = new Set<string>();
        const state = { nodes: 0, unknowns };
        const tree = treeOf(raw, state);
        return tree === null || size(tree) === null ? null : { tree, unknowns };
      } catch {
        return null;
      }
    },
    value: ({ tree }, at) => {
      try {
        const expression = engine.box(withValues(tree, at));
        // the exact value of some complex products is known where their decimals are not
        return complexOf(expression.N()) ?? complexOf(expression.evaluate().N());
      } catch {
        return null;
      }
    },
  };
}

function complexOf({ re, im }: ComplexNumber): ComplexNumber | null {
  return Number.isNaN(re) || Number.isNaN(im) ? null : { re, im };
}

const BINOMIAL = /\\binom\s*(?:\{([^{}]+)\}|(\w))\s*(?:\{([^{}]+)\}|(\w))/;

/** The engine reads no binomial coefficients. */
function binomials(latex: string): string {
  let text = latex;
  for (let match = BINOMIAL.exec(text); match !== null; match = BINOMIAL.exec(text)) {
    const [n, k] = [match[1] ?? match[2] ?? '', match[3] ?? match[4] ?? ''];
    const written = String.raw`\frac{(${n})!}{(${k})!((${n})-(${k}))!}`;
    text = text.slice(0, match.index) + written + text.slice(match.index + match[0].length);
  }
  return text;
}

type Reading = { nodes: number; readonly unknowns: Set<string> };

/** Null for every operator that is not arithmetic. */
function treeOf(raw: unknown, state: Reading): Tree | null {
  state.nodes += 1;
  if (state.nodes > MAX_NODES) return null;
  if (typeof raw === 'number' || isNumeral(raw)) return raw;
  if (typeof raw === 'string') return symbolOf(raw, state);
  return Array.isArray(raw) ? nodeOf(raw, state) : null;
}

function nodeOf([operator, ...operands]: readonly unknown[], state: Reading): Tree | null {
  const trees: Tree[] = [];
  for (const operand of operands) {
    const tree = treeOf(operand, state);
    if (tree === null) return null;
    trees.push(tree);
  }
  if (operator === 'Delimiter') return trees.length === 1 ? (trees[0] ?? null) : null;
  if (operator === 'InvisibleOperator') return isMixed(trees) ? ['Add', ...trees] : ['Multiply', ...trees];
  return typeof operator === 'string' && FUNCTIONS.has(operator) ? [operator, ...trees] : null;
}

function symbolOf(name: string, { unknowns }: Reading): string | null {
  const constant = CONSTANTS[name];
  if (constant !== undefined) return constant;
  if (!/^[a-zA-Z][\w]*$/.test(name)) return null;
  unknowns.add(name);
  return name;
}

/** A whole number before a fraction of whole numbers. */
function isMixed(trees: readonly Tree[]): boolean {
  const [whole, fraction] = trees;
  if (trees.length !== 2 || typeof whole !== 'number' || !Number.isInteger(whole)) return false;
  if (fraction === undefined || !isNode(fraction) || (fraction[0] !== 'Divide' && fraction[0] !== 'Rational'))
    return false;
  return fraction.slice(1).every((part) => typeof part === 'number' && Number.isInteger(part));
}

/** An upper bound of the size of a value; null where a power or factorial is too large to be computed. */
function size(tree: Tree): number | null {
  if (typeof tree === 'number') return Math.abs(tree);
  if (typeof tree === 'string') return UNKNOWN_SIZE;
  if (!isNode(tree)) return Math.abs(Number(tree.num));
  const [operator, ...operands] = tree;
  const sizes: number[] = [];
  for (const operand of operands) {
    const each = size(operand);
    if (each === null) return null;
    sizes.push(each);
  }
  const rule = SIZES[operator] ?? sum;
  const found = rule(sizes, operands);
  return found === null || found > MAX_SIZE ? null : found;
}

type SizeRule = (sizes: readonly number[], operands: readonly Tree[]) => number | null;

const sum: SizeRule = (sizes) => sizes.reduce((total, each) => total + each, 1);

const SIZES: Readonly<Record<string, SizeRule>> = {
  Power: ([base = 0, exponent = 0]) => (exponent > MAX_EXPONENT ? null : Math.max(1, base ** exponent)),
  Square: ([base = 0]) => base ** 2,
  Factorial: ([of = 0]) => (of > MAX_FACTORIAL ? null : Math.max(1, of ** of)),
  Multiply: (sizes) => sizes.reduce((product, each) => product * Math.max(1, each), 1),
  // what is divided by may be small, unless it is written out
  Divide: ([above = 0, below = 0], operands) =>
    typeof operands[1] === 'number' && below > 0 ? above / below : Math.max(above, 1) * 1e6,
  Exp: ([exponent = 0]) => Math.exp(exponent),
};

function withValues(tree: Tree, at: ReadonlyMap<string, number>): Tree {
  if (typeof tree === 'string') return at.get(tree) ?? tree;
  if (!isNode(tree)) return tree;
  const [operator, ...operands] = tree;
  return [operator, ...operands.map((operand) => withValues(operand, at))];
}

function isNode(tree: Tree): tree is Node {
  return Array.isArray(tree);
}

function isNumeral(value: unknown): value is { readonly num: string } {
  return typeof value === 'object' && value !== null && 'num' in value && typeof value.num === 'string';
}
