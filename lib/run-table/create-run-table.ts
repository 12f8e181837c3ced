import { z } from 'zod';
import type { Database } from '@/lib/db/open-database';
import type { RunColumn } from '@/lib/domain/run-column';
import { mean, standardDeviation } from '@/lib/rl/statistics';
import { runOf } from '@/lib/run-store/run-rows';
import { annotateRuns } from './annotate-runs';
import { columnSql, orderSql } from './column-sql';
import { readColumns } from './read-columns';
import { conditionOf, rankedConditionOf } from './query-sql';
import type { RunCell, RunGroup, RunTable, RunTableRow } from './run-table';
import { join, sql, type Sql } from './sql';

const Cell = z.union([z.string(), z.number(), z.bigint().transform(Number), z.null()]);
const Count = z.object({ count: z.coerce.number() });

export function createRunTable(db: Database, now: () => number = Date.now): RunTable {
  return {
    page: async ({ query, sort, columns, offset, limit }) => {
      const where = conditionOf(query);
      const [rows, counted, all] = await Promise.all([
        readRows(db, { where, sort, columns, offset, limit }),
        readAll(db, join([sql('SELECT count(*) AS "count" FROM "Run" r WHERE '), where], ''), Count),
        db.run.count({ where: { deletedAt: null } }),
      ]);
      return { rows, total: counted[0]?.count ?? 0, all };
    },
    groups: async ({ query, by, metric }) => {
      const group = columnSql(by, 'g');
      const value = columnSql({ kind: 'metric', key: metric }, 'm');
      const where = rankedConditionOf(query);
      const asked = join(
        [
          sql(`SELECT ${group.value} AS "group", ${value.value} AS "metric" FROM "Run" r`),
          ...[group.joined, value.joined].filter((joined) => joined !== null),
          sql('WHERE'),
          where,
        ],
        ' ',
      );
      const found = await readAll(db, asked, z.object({ group: Cell, metric: z.number().nullable() }));
      return groupsOf(found);
    },
    columns: () => readColumns(db),
    annotate: (ids, change) => annotateRuns(db, { ids, change, time: new Date(now()) }),
    views: async () => {
      const views = await db.savedView.findMany({ orderBy: { name: 'asc' } });
      return views.map(({ name, query }) => ({ name, query }));
    },
    saveView: async ({ name, query }) => {
      const values = { query, createdAt: new Date(now()) };
      await db.savedView.upsert({ where: { name }, create: { name, ...values }, update: values });
    },
    removeView: async (name) => {
      await db.savedView.deleteMany({ where: { name } });
    },
  };
}

async function readAll<T>(db: Database, { text, args }: Sql, row: z.ZodType<T>): Promise<readonly T[]> {
  return z.array(row).parse(await db.$queryRawUnsafe(text, ...args));
}

type Wanted = Omit<Parameters<RunTable['page']>[0], 'query'> & { readonly where: Sql };

/** Order and cells by SQL, the runs themselves as everywhere else. */
async function readRows(
  db: Database,
  { where, sort, columns, offset, limit }: Wanted,
): Promise<readonly RunTableRow[]> {
  const shown = columns.map((column, index) => columnSql(column, `c${index}`));
  const cells = shown.map(({ value }, index) => `, ${value} AS "cell${index}"`).join('');
  const joins = [columnSql(sort.column, 's'), ...shown].flatMap(({ joined }) =>
    joined === null ? [] : [joined],
  );
  const found = await readAll(
    db,
    join(
      [
        sql(`SELECT r."id" AS "id"${cells} FROM "Run" r`),
        ...joins,
        sql('WHERE'),
        where,
        sql(`ORDER BY ${orderSql(sort, 's')} LIMIT ? OFFSET ?`, limit, offset),
      ],
      ' ',
    ),
    z.record(z.string(), Cell),
  );
  const ids = found.map(({ id }) => Number(id));
  const runs = new Map(
    (await db.run.findMany({ where: { id: { in: ids } } })).map((row) => [row.id, runOf(row)]),
  );
  return found.flatMap((row) => {
    const run = runs.get(Number(row['id']));
    return run === undefined
      ? []
      : [{ run, cells: columns.map((_: RunColumn, at) => row[`cell${at}`] ?? null) }];
  });
}

function groupsOf(
  rows: readonly { readonly group: RunCell; readonly metric: number | null }[],
): readonly RunGroup[] {
  const members = new Map<RunCell, (number | null)[]>();
  for (const { group, metric } of rows) {
    const known = members.get(group);
    if (known === undefined) members.set(group, [metric]);
    else known.push(metric);
  }
  const groups = [...members].map(([value, metrics]) => {
    const known = metrics.filter((metric) => metric !== null);
    return {
      value,
      runs: metrics.length,
      count: known.length,
      mean: known.length === 0 ? null : mean(known),
      std: known.length < 2 ? null : standardDeviation(known, { unbiased: true }),
    };
  });
  return groups.toSorted((a, b) => (b.mean ?? -Infinity) - (a.mean ?? -Infinity) || b.runs - a.runs);
}
