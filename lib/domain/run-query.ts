import { type Comparison, isOneOf, type QueryToken, queryTokens } from './query-tokens';
import { RUN_STATUSES } from './run';

// What people type above the runs table, and after `galley runs`:
//   adder tag:baseline status:failed,lost data.seed=3 rollout/reward_mean>=0.8 is:archived

export const RUN_FIELDS = ['name', 'recipe', 'variant', 'backend', 'model', 'status', 'tag', 'note'] as const;
export type RunField = (typeof RUN_FIELDS)[number];
export const RUN_NUMBERS = ['run', 'seed', 'step', 'seconds'] as const;
export type RunNumber = (typeof RUN_NUMBERS)[number];
export const RUN_STATES = ['pinned', 'archived', 'deleted', 'active', 'rehearsal'] as const;
export type RunState = (typeof RUN_STATES)[number];

export type RunCondition =
  /** `in` one of the values; of a name or a note the value may be a part. */
  | {
      readonly kind: 'field';
      readonly field: RunField;
      readonly isNot: boolean;
      readonly values: readonly string[];
    }
  | { readonly kind: 'number'; readonly field: RunNumber; readonly op: Comparison; readonly value: number }
  | { readonly kind: 'metric'; readonly key: string; readonly op: Comparison; readonly value: number }
  /** `value` as it was typed: `3`, `true`, `ppo`. */
  | { readonly kind: 'config'; readonly path: string; readonly op: Comparison; readonly value: string }
  | { readonly kind: 'state'; readonly state: RunState };

export type RunQuery = {
  /** Each stands somewhere in number, name, recipe, variant, model, tags or notes. */
  readonly words: readonly string[];
  /** All hold. */
  readonly conditions: readonly RunCondition[];
  /** What was typed and means nothing, in words for people; the rest of the query still counts. */
  readonly problems: readonly string[];
};

/** Never throws: half a query, as one types it, is a query. */
export function parseRunQuery(text: string): RunQuery {
  const words: string[] = [];
  const conditions: RunCondition[] = [];
  const problems: string[] = [];
  for (const token of queryTokens(text)) {
    const read = readToken(token);
    if (typeof read === 'string') words.push(read);
    else if ('problem' in read) problems.push(read.problem);
    else conditions.push(read);
  }
  return { words: words.filter((word) => word !== ''), conditions, problems };
}

type Problem = { readonly problem: string };

function readToken({ text, condition }: QueryToken): string | RunCondition | Problem {
  if (condition === null) return text;
  const { name, sign, value } = condition;
  if (name === 'is') return stateOf(value);
  if (isOneOf(RUN_FIELDS, name)) return fieldOf(name, sign, value);
  return isWord(name, sign) ? text : compared(name, sign === ':' ? '=' : sign, value);
}

/** 10:30 is one; a key of the configuration has a dot, or is compared by a sign. */
function isWord(name: string, sign: string): boolean {
  return sign === ':' && !isOneOf(RUN_NUMBERS, name) && !/[./]/.test(name);
}

function compared(name: string, op: Comparison, value: string): RunCondition | Problem {
  const isMetric = name.includes('/');
  if (!isMetric && !isOneOf(RUN_NUMBERS, name)) {
    return value === ''
      ? { problem: `${name}${op} needs a value.` }
      : { kind: 'config', path: name, op, value };
  }
  const number = value.trim() === '' ? NaN : Number(value);
  if (!Number.isFinite(number)) return { problem: `${name} is compared with a number, not "${value}".` };
  return isOneOf(RUN_NUMBERS, name)
    ? { kind: 'number', field: name, op, value: number }
    : { kind: 'metric', key: name, op, value: number };
}

function stateOf(value: string): RunCondition | Problem {
  if (isOneOf(RUN_STATES, value)) return { kind: 'state', state: value };
  return { problem: `is:${value} is none of is:${RUN_STATES.join(', is:')}.` };
}

function fieldOf(field: RunField, sign: string, value: string): RunCondition | Problem {
  if (sign !== ':' && sign !== '=' && sign !== '!=') return { problem: `${field} takes ":" and "!=".` };
  const values = value.split(',').filter((one) => one !== '');
  if (values.length === 0) return { problem: `${field}${sign} needs a value.` };
  const unknown = field === 'status' ? values.find((one) => !isOneOf(RUN_STATUSES, one)) : undefined;
  if (unknown !== undefined) {
    return { problem: `status:${unknown} is none of ${RUN_STATUSES.join(', ')}.` };
  }
  return { kind: 'field', field, isNot: sign === '!=', values };
}
