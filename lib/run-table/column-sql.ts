import type { RunColumn, RunColumnName, RunSort } from '@/lib/domain/run-column';
import { sql, type Sql } from './sql';

const OWN: Readonly<Record<RunColumnName, string>> = {
  run: 'r."id"',
  name: 'r."name" COLLATE NOCASE',
  recipe: 'r."recipe"',
  variant: 'r."variant"',
  backend: 'r."backend"',
  model: 'r."model"',
  status: 'r."status"',
  seed: 'r."seed"',
  step: 'r."step"',
  seconds: 'r."trainSeconds"',
  started: 'r."startedAt"',
};

/** The join that brings a column in as `alias`, if it takes one, and what its value is. */
export function columnSql(
  column: RunColumn,
  alias: string,
): { readonly joined: Sql | null; readonly value: string; readonly order: readonly string[] } {
  switch (column.kind) {
    case 'run': {
      const value = OWN[column.name];
      return { joined: null, value: value.replace(' COLLATE NOCASE', ''), order: [value] };
    }
    case 'metric': {
      const joined = sql(
        `LEFT JOIN "RunMetric" ${alias} ON ${alias}."key" = ? AND ${alias}."runId" = r."id"`,
        column.key,
      );
      return { joined, value: `${alias}."value"`, order: [`${alias}."value"`] };
    }
    case 'config': {
      const joined = sql(
        `LEFT JOIN "RunConfig" ${alias} ON ${alias}."path" = ? AND ${alias}."runId" = r."id"`,
        column.path,
      );
      return { joined, value: `${alias}."value"`, order: [`${alias}."number"`, `${alias}."value"`] };
    }
  }
}

/** Pinned runs first; runs without a value last, whichever way it goes; then the newest. */
export function orderSql({ column, isDescending }: RunSort, alias: string): string {
  const { value, order } = columnSql(column, alias);
  const direction = isDescending ? 'DESC' : 'ASC';
  const parts = order.map((expression) => `${expression} ${direction}`);
  return ['r."pinnedAt" IS NULL', `${value} IS NULL`, ...parts, 'r."id" DESC'].join(', ');
}
