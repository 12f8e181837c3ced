'use client';

import type { ReactNode } from 'react';
import type { RunsView } from '@/lib/api-client/run-urls';
import { ColumnsDialog } from './columns-dialog';
import { GroupSelect } from './group-select';
import { RunsFilter } from './runs-filter';
import type { RunTableActions } from './table-actions';
import { ViewsMenu } from './views-menu';

export function RunsToolbar(props: {
  view: RunsView;
  onChange: (change: Readonly<Record<string, string | null>>) => void;
  actions: RunTableActions;
  counted: ReactNode;
}) {
  const { view, onChange } = props;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <h1 className="mr-2 text-xl font-semibold">Runs</h1>
      <RunsFilter view={view} onChange={onChange} />
      <span className="text-sm text-muted" aria-live="polite">
        {props.counted}
      </span>
      <div className="ml-auto flex flex-wrap items-center gap-2">
        <GroupSelect view={view} onChange={onChange} />
        <ColumnsDialog view={view} onChange={onChange} />
        <ViewsMenu actions={props.actions} onChange={onChange} />
      </div>
    </div>
  );
}
