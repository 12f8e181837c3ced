import { Card, CardHeader, CardTitle } from '@/components/ui/card';
import { Table, TableCell, TableHead, TableRow } from '@/components/ui/table';
import { diffConfigs } from '@/lib/insight/config-diff';
import type { ComparedRun } from './compared-run';

/** Keys whose resolved values differ, in the config's order. Equal ones are counted, not shown. */
export function ConfigDifferences({
  runs,
  configs,
}: {
  runs: readonly ComparedRun[];
  configs: readonly unknown[];
}) {
  const { differences, equal } = diffConfigs(configs);
  return (
    <Card className="min-w-0">
      <CardHeader className="pb-1">
        <CardTitle>What was configured differently</CardTitle>
        <span className="text-sm text-muted">
          {equal} equal {equal === 1 ? 'key' : 'keys'} hidden
        </span>
      </CardHeader>
      {differences.length === 0 ? (
        <p className="px-3 pb-3 text-muted">
          {runs.length < 2
            ? 'Add a run to see what differs.'
            : 'Nothing: the runs have the same resolved config.'}
        </p>
      ) : (
        <Table label="Differences between the configs">
          <thead>
            <tr>
              <TableHead>Key</TableHead>
              {runs.map(({ run }) => (
                <TableHead key={run.id}>run {run.id}</TableHead>
              ))}
            </tr>
          </thead>
          <tbody>
            {differences.map(({ path, values }) => (
              <TableRow key={path}>
                <TableCell className="min-w-40 font-mono text-sm break-all">{path}</TableCell>
                {values.map((value, index) => (
                  <TableCell
                    key={index}
                    className="min-w-24 font-mono text-sm break-all"
                    style={{ color: `var(--layer-${runs[index]?.style.color ?? 'common'}, var(--ink))` }}
                  >
                    {value ?? '—'}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}
