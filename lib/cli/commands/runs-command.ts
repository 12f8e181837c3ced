import { formatDuration } from '@/lib/charts/format-time';
import { formatNumber } from '@/lib/charts/format-value';
import { runColumnOf, runSortOf } from '@/lib/domain/run-column';
import { parseRunQuery } from '@/lib/domain/run-query';
import { LOST_AFTER_MS } from '@/lib/launch/spawn-run';
import type { RunCell, RunGroup, RunTableRow } from '@/lib/run-table/run-table';
import { EXIT, type ExitCode } from '../exit-code';
import type { CommandContext } from '../session';
import { withSession } from '../with-session';

const REWARD = 'rollout/reward_mean';

export type RunsOptions = {
  readonly limit: number;
  readonly sort: string;
  readonly columns?: string;
  readonly groupBy?: string;
  readonly json?: boolean;
};

/** `galley runs [search…]`: the runs table of the page, in the same words. */
export async function runsCommand(
  context: CommandContext,
  typed: readonly string[],
  options: RunsOptions,
): Promise<ExitCode> {
  const query = parseRunQuery(typed.join(' '));
  for (const problem of query.problems) context.io.err(`warning: ${problem}`);
  const columns = [REWARD, ...(options.columns?.split(',').filter((name) => name !== '') ?? [])];
  return withSession(context, async ({ runStore, runTable }) => {
    await runStore.markLost(LOST_AFTER_MS);
    if (options.groupBy !== undefined) {
      const by = runColumnOf(options.groupBy);
      const groups = await runTable.groups({ query, by, metric: columns[1] ?? REWARD });
      context.io.out(options.json === true ? JSON.stringify(groups) : groupTable(options.groupBy, groups));
      return EXIT.done;
    }
    const page = await runTable.page({
      query,
      sort: runSortOf(options.sort),
      columns: columns.map(runColumnOf),
      offset: 0,
      limit: options.limit,
    });
    if (options.json === true) context.io.out(JSON.stringify(page.rows.map((row) => forJson(row, columns))));
    else if (page.all === 0)
      context.io.out('No runs yet. Start one: galley run recipes/pig_latin/embedded.yaml');
    else context.io.out(tableOf(page.rows, columns));
    if (options.json !== true && page.total > page.rows.length) {
      context.io.err(`${page.rows.length} of ${page.total}; more with --limit.`);
    }
    return EXIT.done;
  });
}

function forJson({ run, cells }: RunTableRow, columns: readonly string[]): unknown {
  return { ...run, columns: Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? null])) };
}

function tableOf(rows: readonly RunTableRow[], columns: readonly string[]): string {
  const [, ...chosen] = columns;
  return aligned([
    ['id', 'status', 'step', 'in steps', 'recipe', 'started', 'reward', ...chosen, 'name'],
    ...rows.map(({ run, cells }) => [
      String(run.id),
      run.status,
      `${run.step}/${run.totalSteps}`,
      formatDuration(run.trainSeconds),
      `${run.recipe}/${run.variant}`,
      (run.startedAt ?? run.createdAt).slice(0, 19).replace('T', ' '),
      ...cells.map(cellText),
      run.rehearsal === null ? run.name : `${run.name} (rehearsal)`,
    ]),
  ]);
}

function groupTable(by: string, groups: readonly RunGroup[]): string {
  return aligned([
    [by, 'runs', 'mean', 's.d.'],
    ...groups.map(({ value, runs, count, mean, std }) => [
      cellText(value),
      count === runs ? String(runs) : `${runs} (${count} measured)`,
      cellText(mean),
      cellText(std),
    ]),
  ]);
}

function cellText(cell: RunCell): string {
  if (cell === null) return '–';
  return typeof cell === 'number' ? formatNumber(cell) : cell;
}

/** Not cut to a width: names are meant to be copied. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
