import type { Run, RunId } from '@/lib/domain/run';
import type { RunAnnotation } from '@/lib/domain/run-annotation';
import type { RunColumn, RunSort } from '@/lib/domain/run-column';
import type { RunQuery } from '@/lib/domain/run-query';

/** A number, JSON text of a config leaf, a text of the run itself; null where the run has none. */
export type RunCell = string | number | null;

export type RunTableRow = {
  readonly run: Run;
  /** One per column asked for, in order. */
  readonly cells: readonly RunCell[];
};

export type RunTablePage = {
  readonly rows: readonly RunTableRow[];
  /** Runs that match. */
  readonly total: number;
  /** Runs that there are, deleted ones left out. */
  readonly all: number;
};

export type RunGroup = {
  readonly value: RunCell;
  readonly runs: number;
  /** Over the runs of the group that have the metric. */
  readonly count: number;
  readonly mean: number | null;
  /** Sample standard deviation (divides by n − 1); null below two runs. */
  readonly std: number | null;
};

export type SavedView = { readonly name: string; readonly query: string };

export type RunTable = {
  page(request: {
    readonly query: RunQuery;
    readonly sort: RunSort;
    readonly columns: readonly RunColumn[];
    readonly offset: number;
    readonly limit: number;
  }): Promise<RunTablePage>;
  /** Groups by a column with a metric's mean and spread, best first; rehearsals only when the query asks for them. */
  groups(request: {
    readonly query: RunQuery;
    readonly by: RunColumn;
    readonly metric: string;
  }): Promise<readonly RunGroup[]>;
  /** Names of columns that the runs of the store have: keys of metrics, and leaves of configurations. */
  columns(): Promise<{ readonly metrics: readonly string[]; readonly config: readonly string[] }>;
  /** Unknown runs are passed over. Rejects with `AppError('conflict')` when a run that is under way would be deleted. */
  annotate(ids: readonly RunId[], change: RunAnnotation): Promise<void>;
  views(): Promise<readonly SavedView[]>;
  /** Over one of the same name. */
  saveView(view: SavedView): Promise<void>;
  removeView(name: string): Promise<void>;
};
