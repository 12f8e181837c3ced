import { type Expression, ExpressionError, FUNCTION_NAMES } from './expression';

type Token = { readonly kind: 'number' | 'text' | 'name' | 'sign' | 'end'; readonly text: string };

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|"([^"]*)"|'([^']*)'|([A-Za-z_][\w-]*(?:\.[\w-]+|\[\d+\])*)|(<=|>=|==|!=|[-+*/%<>(),[\]]))/y;

/** Binary operators by how strongly they bind. */
const STRENGTH: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  in: 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
};
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
const DEEPEST = 50;

/** Throws `ExpressionError` with what was expected. A minus between names needs spaces around it. */
export function parseExpression(source: string): Expression {
  const parser = new Parser(tokenize(source));
  const expression = parser.expression(0, 0);
  parser.expect('end');
  return expression;
}

function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  const text = source.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new ExpressionError(`unexpected "${text.slice(at).trim().charAt(0)}"`);
    tokens.push(tokenOf(match));
  }
  return [...tokens, { kind: 'end', text: 'the end' }];
}

function tokenOf([, number, double, single, name, sign]: RegExpExecArray): Token {
  if (number !== undefined) return { kind: 'number', text: number };
  const text = double ?? single;
  if (text !== undefined) return { kind: 'text', text };
  return name === undefined ? { kind: 'sign', text: sign ?? '' } : { kind: 'name', text: name };
}

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  expression(strength: number, depth: number): Expression {
    if (depth > DEEPEST) throw new ExpressionError('too deeply nested');
    let left = this.operand(depth + 1);
    for (;;) {
      const { kind, text } = this.next;
      const isOperator = (kind === 'sign' || kind === 'name') && Object.hasOwn(STRENGTH, text);
      const own = isOperator ? STRENGTH[text] : undefined;
      if (own === undefined || own <= strength) return left;
      this.at += 1;
      left = { kind: 'binary', operator: text, left, right: this.expression(own, depth + 1) };
    }
  }

  expect(text: string): void {
    if (this.next.text !== text && this.next.kind !== text) {
      throw new ExpressionError(
        `expected ${text === 'end' ? 'the end' : `"${text}"`}, found "${this.next.text}"`,
      );
    }
    this.at += 1;
  }

  private get next(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: 'the end' };
  }

  private operand(depth: number): Expression {
    const { kind, text } = this.next;
    this.at += 1;
    if (kind === 'number') return { kind: 'literal', value: Number(text) };
    if (kind === 'text') return { kind: 'literal', value: text };
    if (kind === 'name') return this.named(text, depth);
    if (text === '-') return { kind: 'negate', operand: this.expression(5, depth) };
    if (text === '[') return { kind: 'list', items: this.items(depth) };
    if (text !== '(') throw new ExpressionError(`unexpected "${text}"`);
    const inner = this.expression(0, depth);
    this.expect(')');
    return inner;
  }

  private named(name: string, depth: number): Expression {
    if (name === 'not') return { kind: 'not', operand: this.expression(2, depth) };
    const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
    if (word !== undefined) return { kind: 'literal', value: word };
    if (this.next.text !== '(' || this.next.kind !== 'sign') return { kind: 'path', path: name };
    if (!FUNCTION_NAMES.includes(name)) {
      throw new ExpressionError(`there is no function ${name}; there are ${FUNCTION_NAMES.join(', ')}`);
    }
    this.at += 1;
    const argument = this.expression(0, depth);
    this.expect(')');
    return { kind: 'call', name, argument };
  }

  private items(depth: number): readonly Expression[] {
    const items: Expression[] = [];
    while (this.next.text !== ']' || this.next.kind !== 'sign') {
      items.push(this.expression(0, depth));
      if (this.next.text !== ',') break;
      this.at += 1;
    }
    this.expect(']');
    return items;
  }
}
