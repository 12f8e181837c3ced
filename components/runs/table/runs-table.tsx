'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { useUrlQuery } from '@/components/ui/use-url-query';
import { RunsView } from '@/lib/api-client/run-urls';
import { runPagesQuery } from '@/lib/api-client/runs';
import type { RunList, RunListItem } from '@/lib/api-client/wire';
import { BulkBar } from './bulk-bar';
import { RunGroups } from './run-groups';
import { RunsGrid } from './runs-grid';
import { RunsToolbar } from './runs-toolbar';
import type { RunTableActions } from './table-actions';
import { useAnnotate } from './use-annotate';
import { useSelection } from './use-selection';

/** All runs. What is searched for, the order, the columns and the groups stand in the address. */
export function RunsTable({ actions }: { actions: RunTableActions }) {
  const [view, setView] = useUrlQuery(RunsView);
  const { group, ...filter } = view;
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    runPagesQuery(filter),
  );
  const items = itemsOf(data?.pages ?? []);
  const selection = useSelection(items);
  const annotate = useAnnotate(actions);
  const newest = data?.pages.at(-1);
  if (newest === undefined) {
    return error === null ? null : (
      <EmptyState title="The runs cannot be shown" tone="error">
        {error.message}
      </EmptyState>
    );
  }
  if (newest.all === 0) return <NoRuns />;
  return (
    <div className="flex flex-col gap-3 p-4">
      <RunsToolbar view={view} onChange={setView} actions={actions} counted={counted(items, newest)} />
      {newest.problems.map((problem) => (
        <p key={problem} role="status" className="text-sm text-warning">
          {problem}
        </p>
      ))}
      {newest.total === 0 ? (
        <NoMatch all={newest.all} onClear={() => setView({ q: null, status: null })} />
      ) : group === '' ? (
        <RunsGrid
          view={view}
          items={items}
          selection={selection}
          annotate={annotate}
          onView={setView}
          onEnd={() => {
            if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
          }}
        />
      ) : (
        <RunGroups view={view} onView={setView} />
      )}
      {error === null ? null : <p className="text-sm text-warning">{error.message}</p>}
      <BulkBar selection={selection} annotate={annotate} actions={actions} />
    </div>
  );
}

/** A run that began between two pages moves one from the first to the second: it stands there once. */
function itemsOf(pages: readonly RunList[]): readonly RunListItem[] {
  return [...new Map(pages.flatMap(({ items }) => items.map((item) => [item.run.id, item]))).values()];
}

function counted(items: readonly RunListItem[], { total, all }: RunList): string {
  const runs = `${all} ${all === 1 ? 'run' : 'runs'}`;
  const shown = items.length < total ? `, ${items.length} loaded` : '';
  return total === all ? `${runs}${shown}` : `${total} of ${runs}${shown}`;
}

function NoMatch({ all, onClear }: { all: number; onClear: () => void }) {
  return (
    <EmptyState title="No run matches" actions={<Button onClick={onClear}>Show all {all} runs</Button>}>
      Words are looked for in number, name, recipe, variant, model, tags and notes. Conditions look like{' '}
      <code className="font-mono">tag:baseline</code>, <code className="font-mono">data.seed=3</code>,{' '}
      <code className="font-mono">rollout/reward_mean&gt;0.8</code> or{' '}
      <code className="font-mono">is:archived</code>.
    </EmptyState>
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
