'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Table, TableHead } from '@/components/ui/table';
import { useUrlQuery } from '@/components/ui/use-url-query';
import { compareHref, RunsView } from '@/lib/api-client/run-urls';
import { runsQuery } from '@/lib/api-client/runs';
import { RunRow } from './run-row';
import { RunsFilter } from './runs-filter';

const COLUMNS = ['Status', 'Run', 'Steps', 'Reward', 'Started', 'In steps'] as const;

/** All runs, newest first. What is searched for and which statuses are shown stand in the address. */
export function RunsTable() {
  const [view, setView] = useUrlQuery(RunsView);
  const { data, error } = useQuery(runsQuery({ search: view.q, status: view.status }));
  const [selected, setSelected] = useState<readonly number[]>([]);
  function toggle(id: number): void {
    setSelected(selected.includes(id) ? selected.filter((one) => one !== id) : [...selected, id]);
  }
  if (data === undefined) {
    return error === null ? null : (
      <EmptyState title="The runs cannot be shown" tone="error">
        {error.message}
      </EmptyState>
    );
  }
  if (data.all === 0) return <NoRuns />;
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="mr-2 text-xl font-semibold">Runs</h1>
        <RunsFilter view={view} onChange={setView} />
        <span className="text-sm text-muted" aria-live="polite">
          {counted(data.items.length, data.total, data.all)}
        </span>
        <CompareButton selected={selected} />
      </div>
      {data.items.length === 0 ? (
        <EmptyState
          title="No run matches"
          actions={
            <Button onClick={() => setView({ q: null, status: null })}>Show all {data.all} runs</Button>
          }
        >
          Search looks at number, name, recipe, variant and model.
        </EmptyState>
      ) : (
        <div className="rounded-card border bg-panel">
          <Table label="Runs">
            <thead>
              <tr>
                <TableHead className="relative w-8 pr-0">
                  <span className="sr-only">Compare</span>
                </TableHead>
                {COLUMNS.map((column) => (
                  <TableHead key={column} className={column === 'Status' ? 'max-sm:hidden' : undefined}>
                    {column}
                  </TableHead>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.items.map(({ run, reward }) => (
                <RunRow
                  key={run.id}
                  run={run}
                  reward={reward}
                  isSelected={selected.includes(run.id)}
                  onToggle={() => toggle(run.id)}
                />
              ))}
            </tbody>
          </Table>
        </div>
      )}
      {error === null ? null : <p className="text-sm text-warning">{error.message}</p>}
    </div>
  );
}

function counted(shown: number, matching: number, all: number): string {
  if (shown < matching) return `newest ${shown} of ${matching} that match`;
  return matching === all ? `${all} ${all === 1 ? 'run' : 'runs'}` : `${matching} of ${all} runs`;
}

function CompareButton({ selected }: { selected: readonly number[] }) {
  if (selected.length === 0) {
    return <span className="ml-auto text-sm text-muted max-sm:hidden">Tick runs to compare them</span>;
  }
  return (
    <Button asChild variant="primary" className="ml-auto">
      <Link href={compareHref(selected)}>
        {selected.length === 1 ? 'Compare 1 run with …' : `Compare ${selected.length} runs`}
      </Link>
    </Button>
  );
}

function NoRuns() {
  return (
    <EmptyState
      title="No runs yet"
      actions={
        <Button asChild variant="primary">
          <Link href="/recipes">Choose a recipe to launch</Link>
        </Button>
      }
    >
      A run is one launch of a recipe. Its curves, rollouts and logs appear here as it learns. The recipe{' '}
      <code className="font-mono">pig_latin</code> trains on this machine in a few minutes.
    </EmptyState>
  );
}
