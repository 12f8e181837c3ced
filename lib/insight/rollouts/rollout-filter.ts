import { type Comparison, isOneOf, type QueryToken, queryTokens } from '@/lib/domain/query-tokens';
import { STOP_REASONS, type TrajectoryRow } from '@/lib/domain/trajectory';

// What people type above the rollouts of a step:
//   reward<0.5 advantage>0 tokens>=800 stop:length is:unseen group:"prompt 7" apple

type Row = Pick<
  TrajectoryRow,
  | 'id'
  | 'group'
  | 'sample'
  | 'reward'
  | 'advantage'
  | 'promptTokens'
  | 'completionTokens'
  | 'weightVersion'
  | 'stopReason'
  | 'error'
  | 'promptPreview'
  | 'completionPreview'
>;

const NUMBERS = {
  reward: ({ reward, error }) => (error === null ? reward : null),
  advantage: ({ advantage }) => advantage,
  tokens: ({ completionTokens }) => completionTokens,
  prompt_tokens: ({ promptTokens }) => promptTokens,
  version: ({ weightVersion }) => weightVersion,
  sample: ({ sample }) => sample,
} as const satisfies Readonly<Record<string, (row: Row) => number | null>>;
type NumberName = keyof typeof NUMBERS;
const NUMBER_NAMES: readonly NumberName[] = [
  'reward',
  'advantage',
  'tokens',
  'prompt_tokens',
  'version',
  'sample',
];

export const ROLLOUT_STATES = ['truncated', 'failed', 'no-signal', 'unseen', 'seen'] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];

type Condition =
  | { readonly kind: 'number'; readonly name: NumberName; readonly op: Comparison; readonly value: number }
  | { readonly kind: 'stop'; readonly reasons: readonly string[] }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'state'; readonly state: RolloutState };

export type RolloutFilter = {
  /** Each stands in the beginning of the prompt or of the completion, or in the error. */
  readonly words: readonly string[];
  /** All hold. */
  readonly conditions: readonly Condition[];
  /** What was typed and means nothing; the rest still counts. */
  readonly problems: readonly string[];
};

type Problem = { readonly problem: string };

/** Never throws: half a filter, as one types it, is a filter. */
export function parseRolloutFilter(text: string): RolloutFilter {
  const words: string[] = [];
  const conditions: Condition[] = [];
  const problems: string[] = [];
  for (const token of queryTokens(text)) {
    const read = readToken(token);
    if (typeof read === 'string') words.push(read.toLowerCase());
    else if ('problem' in read) problems.push(read.problem);
    else conditions.push(read);
  }
  return { words: words.filter((word) => word !== ''), conditions, problems };
}

function readToken({ text, condition }: QueryToken): string | Condition | Problem {
  if (condition === null) return text;
  const { name, sign, value } = condition;
  if (name === 'is') return stateOf(value);
  if (name === 'stop') return stopOf(value);
  if (name === 'group') return { kind: 'group', group: value };
  if (!isOneOf(NUMBER_NAMES, name)) return text;
  const number = value.trim() === '' ? NaN : Number(value);
  if (Number.isNaN(number)) return { problem: `${name} is compared with a number, not "${value}".` };
  return { kind: 'number', name, op: sign === ':' ? '=' : sign, value: number };
}

function stateOf(value: string): Condition | Problem {
  if (isOneOf(ROLLOUT_STATES, value)) return { kind: 'state', state: value };
  return { problem: `is:${value} is none of is:${ROLLOUT_STATES.join(', is:')}.` };
}

function stopOf(value: string): Condition | Problem {
  const reasons = value.split(',').filter((reason) => reason !== '');
  const unknown = reasons.find((reason) => !isOneOf(STOP_REASONS, reason));
  if (reasons.length > 0 && unknown === undefined) return { kind: 'stop', reasons };
  return { problem: `stop:${value} is none of ${STOP_REASONS.join(', ')}.` };
}

/** Those rows of a step that a filter lets through, in their order. `rows` are all of the step. */
export function filterRollouts<R extends Row>(
  rows: readonly R[],
  filter: RolloutFilter,
  seen: ReadonlySet<number>,
): readonly R[] {
  if (filter.words.length === 0 && filter.conditions.length === 0) return rows;
  const context = { seen, silent: silentGroups(rows) };
  return rows.filter(
    (row) =>
      filter.conditions.every((condition) => holds(condition, row, context)) &&
      filter.words.every((word) => textOf(row).includes(word)),
  );
}

function textOf({ promptPreview, completionPreview, error }: Row): string {
  return `${promptPreview}\n${completionPreview}\n${error ?? ''}`.toLowerCase();
}

type Context = { readonly seen: ReadonlySet<number>; readonly silent: ReadonlySet<string> };

function holds(condition: Condition, row: Row, context: Context): boolean {
  switch (condition.kind) {
    case 'number': {
      const value = NUMBERS[condition.name](row);
      return value !== null && compare(value, condition.op, condition.value);
    }
    case 'stop':
      return condition.reasons.includes(row.stopReason);
    case 'group':
      return row.group === condition.group;
    case 'state':
      return isIn(condition.state, row, context);
  }
}

function isIn(state: RolloutState, row: Row, { seen, silent }: Context): boolean {
  switch (state) {
    case 'truncated':
      return row.stopReason === 'length';
    case 'failed':
      return row.error !== null;
    case 'no-signal':
      return silent.has(row.group);
    case 'unseen':
      return !seen.has(row.id);
    case 'seen':
      return seen.has(row.id);
  }
}

function compare(left: number, op: Comparison, right: number): boolean {
  switch (op) {
    case '=':
      return left === right;
    case '!=':
      return left !== right;
    case '>=':
      return left >= right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '<':
      return left < right;
  }
}

/** Prompts of two scored rollouts or more that all earned the same: their advantages are zero. */
function silentGroups(rows: readonly Row[]): ReadonlySet<string> {
  const rewards = new Map<string, number[]>();
  for (const { group, reward, error } of rows) {
    if (error !== null) continue;
    const found = rewards.get(group);
    if (found === undefined) rewards.set(group, [reward]);
    else found.push(reward);
  }
  const silent = [...rewards].filter(([, all]) => all.length > 1 && all.every((one) => one === all[0]));
  return new Set(silent.map(([group]) => group));
}
