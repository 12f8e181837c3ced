'use client';

import { useQuery } from '@tanstack/react-query';
import { Button } from '@/components/ui/button';
import { Table, TableCell, TableHead, TableRow } from '@/components/ui/table';
import type { RunsView } from '@/lib/api-client/run-urls';
import { runGroupsQuery } from '@/lib/api-client/runs';
import type { RunGroup } from '@/lib/api-client/wire';
import { formatNumber } from '@/lib/charts/format-value';
import { type RunColumn, runColumnOf, runSortOf } from '@/lib/domain/run-column';
import { RUN_FIELDS, RUN_NUMBERS } from '@/lib/domain/run-query';
import { cellText } from './cell-text';
import { quoted, withCondition } from './runs-grid';

const REWARD = 'rollout/reward_mean';

/** The runs that match, by one column, with a metric's mean and spread over each group: seeds of one setting, say. */
export function RunGroups({
  view,
  onView,
}: {
  view: RunsView;
  onView: (change: Readonly<Record<string, string | null>>) => void;
}) {
  const sorted = runSortOf(view.sort).column;
  const metric = sorted.kind === 'metric' ? sorted.key : REWARD;
  const { data, error } = useQuery(runGroupsQuery(view, view.group, metric));
  return (
    <div className="rounded-card border bg-panel">
      <Table label={`Runs by ${view.group}`}>
        <thead>
          <tr>
            {[view.group, 'Runs', `${metric}, mean ± s.d.`, ''].map((title) => (
              <TableHead key={title}>{title}</TableHead>
            ))}
          </tr>
        </thead>
        <tbody>
          {(data ?? []).map((group) => {
            const condition = conditionOf(runColumnOf(view.group), group.value);
            return (
              <TableRow key={JSON.stringify(group.value)}>
                <TableCell className="max-w-96 truncate font-mono">{cellText(group.value)}</TableCell>
                <TableCell>{group.runs}</TableCell>
                <TableCell className="font-mono">{spreadText(group)}</TableCell>
                <TableCell className="text-right">
                  {condition === null ? null : (
                    <Button
                      size="sm"
                      onClick={() => onView({ q: withCondition(view.q, condition), group: null })}
                    >
                      Show
                    </Button>
                  )}
                </TableCell>
              </TableRow>
            );
          })}
        </tbody>
      </Table>
      {error === null ? null : <p className="p-3 text-error">{error.message}</p>}
    </div>
  );
}

function spreadText({ mean, std, count, runs }: RunGroup): string {
  if (mean === null) return '—';
  const spread = std === null ? '' : ` ± ${formatNumber(std)}`;
  return `${formatNumber(mean)}${spread}${count === runs ? '' : ` (${count} of ${runs})`}`;
}

/** The search that finds a group; null where no search can: runs that lack the value. */
function conditionOf(column: RunColumn, value: RunGroup['value']): string | null {
  if (value === null) return null;
  if (column.kind === 'config') return `${column.path}=${quoted(cellText(value))}`;
  if (column.kind === 'metric') return null;
  const isField = RUN_FIELDS.some((field) => field === column.name);
  const isNumber = RUN_NUMBERS.some((field) => field === column.name);
  return isField || isNumber ? `${column.name}:${quoted(String(value))}` : null;
}
