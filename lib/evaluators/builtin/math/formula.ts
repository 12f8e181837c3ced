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

/** The engine reads no binomial coefficients. */
function binomials(latex: string): string {
  return latex.replace(
    /\\binom\s*(?:\{([^{}]+)\}|(\w))\s*(?:\{([^{}]+)\}|(\w))/g,
    (_, n1?: string, n2?: string, k1?: string, k2?: string) => {
      const [n, k] = [n1 ?? n2 ?? '', k1 ?? k2 ?? ''];
      return String.raw`\frac{(${n})!}{(${k})!((${n})-(${k}))!}`;
    },
  );
}

type Reading = { nodes: number; readonly unknowns: Set<string> };

/** Null for every operator that is not arithmetic. */
function treeOf(raw: unknown, state: Reading): Tree | null {
  state.nodes += 1;
  if (state.nodes > MAX_NODES) return null;
  if (typeof raw === 'number') return raw;
  if (typeof raw === 'string') return symbolOf(raw, state);
  if (isNumeral(raw)) return raw;
  if (!Array.isArray(raw)) return null;
  const [operator, ...operands] = raw;
  const parts = operands.map((operand: unknown) => treeOf(operand, state));
  const trees = parts.filter((part) => part !== null);
  if (typeof operator !== 'string' || trees.length < parts.length) return null;
  if (operator === 'Delimiter') return trees.length === 1 ? (trees[0] ?? null) : null;
  if (operator === 'InvisibleOperator') return isMixed(trees) ? ['Add', ...trees] : ['Multiply', ...trees];
  return FUNCTIONS.has(operator) ? [operator, ...trees] : null;
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
  // an unknown is sampled below this
  if (typeof tree === 'string') return 5;
  if (!isNode(tree)) return Math.abs(Number(tree.num));
  const [operator, ...operands] = tree;
  const sizes = operands.map(size);
  if (sizes.some((each) => each === null)) return null;
  const [first = 0, second = 0] = sizes.map((each) => each ?? 0);
  if (operator === 'Power')
    return second > MAX_EXPONENT || first ** second > 1e300 ? null : Math.max(1, first ** second);
  if (operator === 'Factorial') return first > MAX_FACTORIAL ? null : 1e160;
  if (operator === 'Multiply')
    return sizes.reduce<number>((product, each) => product * Math.max(1, each ?? 0), 1);
  if (operator === 'Divide')
    return typeof operands[1] === 'number' ? first / second : Math.max(first, 1) * 1e6;
  if (operator === 'Exp') return Math.exp(first) > 1e300 ? null : Math.exp(first);
  return sizes.reduce<number>((sum, each) => sum + (each ?? 0), 1);
}

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
