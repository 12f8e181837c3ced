import { joined, type ScriptValue, textValue } from './script-value';
import type { Operator, Piece, Span } from './syntax';
import type { Variables } from './variables';

export type Evaluated = {
  readonly value: ScriptValue;
  /** The text that stands in the script itself, defaults that were taken included. */
  readonly own: string;
};

/** What a word comes to; `${A:=…}` assigns on the way. `hasTilde`: an assignment, where `~` is a home folder. */
export function evaluatePieces(
  pieces: readonly Piece[],
  at: Span,
  context: { readonly variables: Variables; readonly tilde: 'assignment' | 'argument' | 'none' },
): Evaluated {
  let value = textValue('');
  let own = '';
  for (const [index, piece] of pieces.entries()) {
    const part = evaluatePiece(piece, at, { ...context, index, isLast: index === pieces.length - 1 });
    value = joined(value, part.value, at);
    own += part.own;
  }
  return { value, own };
}

type PieceContext = {
  readonly variables: Variables;
  readonly tilde: 'assignment' | 'argument' | 'none';
  readonly index: number;
  readonly isLast: boolean;
};

function evaluatePiece(piece: Piece, at: Span, context: PieceContext): Evaluated {
  switch (piece.kind) {
    case 'text':
      return {
        value: piece.isQuoted ? textValue(piece.text) : withHome(piece.text, at, context),
        own: piece.text,
      };
    case 'unknown':
      if (piece.mayAssign) context.variables.doubtAll(piece.reason, at);
      return { value: { kind: 'unknown', reason: piece.reason, at }, own: '' };
    case 'variable':
      return evaluateVariable(piece, at, context);
  }
}

/** Replaces `~` where bash does. */
// eslint-disable-next-line complexity -- bash's rule in one place
function withHome(text: string, at: Span, { variables, tilde, index, isLast }: PieceContext): ScriptValue {
  if (tilde === 'none' || !text.includes('~')) return textValue(text);
  const parts = text.split(':');
  let value = textValue('');
  for (const [place, part] of parts.entries()) {
    const isFirst = place === 0;
    if (!isFirst) value = joined(value, textValue(':'), at);
    const isPlace = part.startsWith('~') && (isFirst ? index === 0 : true);
    const isWhole = place < parts.length - 1 || isLast || part.includes('/');
    if (!isPlace) value = joined(value, textValue(part), at);
    else if (!/^~(\/|$)/.test(part) || !isWhole || (tilde === 'argument' && !isFirst))
      return { kind: 'unknown', reason: '~', at };
    else value = joined(joined(value, homeOf(variables, at), at), textValue(part.slice(1)), at);
  }
  return value;
}

function homeOf(variables: Variables, at: Span): ScriptValue {
  const home = variables.get('HOME', at);
  return home.kind === 'unset' ? { kind: 'unknown', reason: '~', at } : home;
}

function evaluateVariable(
  piece: Extract<Piece, { kind: 'variable' }>,
  at: Span,
  context: PieceContext,
): Evaluated {
  const { variables, tilde } = context;
  const value = variables.get(piece.name, at);
  if (piece.operator === null) return { value: value.kind === 'unset' ? textValue('') : value, own: '' };
  if (value.kind === 'unknown') {
    // what is not known to be needed may still assign
    if (piece.operator.includes('=')) variables.mark(piece.name, value);
    if (piece.argument.some(isAssigning)) variables.doubtAll('nested assignments', at);
    return { value, own: '' };
  }
  const isThere = piece.operator.startsWith(':')
    ? value.kind === 'secret' || (value.kind === 'text' && value.text !== '')
    : value.kind !== 'unset';
  const argument = (): Evaluated =>
    evaluatePieces(piece.argument, at, { variables, tilde: tilde === 'none' ? 'none' : 'argument' });
  return choose({ operator: piece.operator, name: piece.name, isThere, value, argument, at, variables });
}

type Choice = {
  readonly operator: Operator;
  readonly name: string;
  readonly isThere: boolean;
  readonly value: ScriptValue;
  readonly argument: () => Evaluated;
  readonly at: Span;
  readonly variables: Variables;
};

// eslint-disable-next-line complexity -- one flat switch over a union is one decision
function choose({ operator, name, isThere, value, argument, at, variables }: Choice): Evaluated {
  const kept: Evaluated = { value: value.kind === 'unset' ? textValue('') : value, own: '' };
  switch (operator) {
    case ':-':
    case '-':
      return isThere ? kept : argument();
    case ':+':
    case '+':
      return isThere ? argument() : { value: textValue(''), own: '' };
    case ':=':
    case '=': {
      if (isThere) return kept;
      const given = argument();
      variables.set(name, given.value, at);
      return given;
    }
    case ':?':
    case '?': {
      if (isThere) return kept;
      const reason = `${name} is not set, and the script ends here`;
      variables.doubtAll(reason, at);
      return { value: { kind: 'unknown', reason, at }, own: '' };
    }
  }
}

/** Whether evaluating it may change a variable. */
export function isAssigning(piece: Piece): boolean {
  if (piece.kind === 'unknown') return piece.mayAssign;
  if (piece.kind === 'text') return false;
  return (piece.operator?.includes('=') ?? false) || piece.argument.some(isAssigning);
}
