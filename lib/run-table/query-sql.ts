import type { Comparison } from '@/lib/domain/query-tokens';
import { isActive, RUN_STATUSES } from '@/lib/domain/run';
import type { RunCondition, RunField, RunNumber, RunQuery, RunState } from '@/lib/domain/run-query';
import { join, sql, type Sql } from './sql';

// `r` is the run everywhere.

/** What holds for the runs of a query. Deleted runs are left out unless asked for, and so are archived ones. */
export function conditionOf(query: RunQuery): Sql {
  const { words, conditions } = query;
  const asksFor = (state: RunState) => asks(query, state);
  const parts = [
    ...(asksFor('deleted') ? [] : [sql('r."deletedAt" IS NULL')]),
    ...(asksFor('archived') || asksFor('deleted') ? [] : [sql('r."archivedAt" IS NULL')]),
    ...words.map(wordSql),
    ...conditions.map(conditionSql),
  ];
  return parts.length === 0 ? sql('TRUE') : join(parts, ' AND ');
}

/** The same for lists that say which runs are best: rehearsals are in them only when they are asked for. */
export function rankedConditionOf(query: RunQuery): Sql {
  const where = conditionOf(query);
  return asks(query, 'rehearsal') ? where : join([where, sql('r."rehearsal" IS NULL')], ' AND ');
}

function asks({ conditions }: RunQuery, state: RunState): boolean {
  return conditions.some((condition) => condition.kind === 'state' && condition.state === state);
}

const SEARCHED = ['name', 'recipe', 'variant', 'model', 'tags', 'notes'];

function wordSql(word: string): Sql {
  const parts = SEARCHED.map((column) => contains(`r."${column}"`, word));
  const number = /^#?(\d{1,15})$/.exec(word)?.[1];
  if (number !== undefined) parts.push(sql('r."id" = ?', Number(number)));
  return join([sql('('), join(parts, ' OR '), sql(')')], '');
}

function contains(column: string, part: string): Sql {
  return sql(`instr(lower(coalesce(${column}, '')), ?) > 0`, part.toLowerCase());
}

function conditionSql(condition: RunCondition): Sql {
  switch (condition.kind) {
    case 'field': {
      const parts = condition.values.map((value) => fieldSql(condition.field, value));
      return join([sql(condition.isNot ? 'NOT (' : '('), join(parts, ' OR '), sql(')')], '');
    }
    case 'number':
      return sql(`${NUMBERS[condition.field]} ${condition.op} ?`, condition.value);
    case 'metric':
      return sql(
        `EXISTS (SELECT 1 FROM "RunMetric" m WHERE m."key" = ? AND m."runId" = r."id" AND m."value" ${condition.op} ?)`,
        condition.key,
        condition.value,
      );
    case 'config':
      return configSql(condition.path, condition.op, condition.value);
    case 'state':
      return sql(STATES[condition.state]);
  }
}

const NUMBERS: Readonly<Record<RunNumber, string>> = {
  run: 'r."id"',
  seed: 'r."seed"',
  step: 'r."step"',
  seconds: 'r."trainSeconds"',
};

const ACTIVE = RUN_STATUSES.filter(isActive)
  .map((status) => `'${status}'`)
  .join(', ');
const STATES: Readonly<Record<RunState, string>> = {
  pinned: 'r."pinnedAt" IS NOT NULL',
  archived: 'r."archivedAt" IS NOT NULL',
  deleted: 'r."deletedAt" IS NOT NULL',
  rehearsal: 'r."rehearsal" IS NOT NULL',
  active: `r."status" IN ('queued', ${ACTIVE})`,
};

/** Names and notes hold the value somewhere; all else is the value. */
function fieldSql(field: RunField, value: string): Sql {
  switch (field) {
    case 'name':
      return contains('r."name"', value);
    case 'note':
      return contains('r."notes"', value);
    case 'tag':
      return sql('EXISTS (SELECT 1 FROM json_each(r."tags") WHERE "value" = ?)', value);
    case 'recipe':
    case 'variant':
    case 'backend':
    case 'model':
    case 'status':
      return sql(`coalesce(r."${field}", '') = ? COLLATE NOCASE`, value);
  }
}

function configSql(path: string, op: Comparison, value: string): Sql {
  const number = value.trim() === '' ? NaN : Number(value);
  const isNumber = Number.isFinite(number);
  if (op !== '=' && op !== '!=') {
    // a text is neither above nor below anything
    return isNumber ? leaf(path, sql(`c."number" ${op} ?`, number)) : sql('FALSE');
  }
  const equal = isNumber
    ? sql('(c."number" = ? OR c."value" = ?)', number, JSON.stringify(value))
    : sql('(c."value" = ? OR c."value" = ?)', value, JSON.stringify(value));
  const found = leaf(path, equal);
  return op === '=' ? found : join([sql('NOT '), found], '');
}

function leaf(path: string, holds: Sql): Sql {
  const from = sql(
    'EXISTS (SELECT 1 FROM "RunConfig" c WHERE c."path" = ? AND c."runId" = r."id" AND ',
    path,
  );
  return join([from, holds, sql(')')], '');
}
