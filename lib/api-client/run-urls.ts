import { z } from 'zod';
import { RunId, RunStatus } from '@/lib/domain/run';
import { NEWEST_FIRST } from '@/lib/domain/run-column';
import { LOG_LEVELS } from '@/lib/domain/run-event';
import type { Smoothing } from '@/lib/charts/smooth';
import { OUTLIERS, SCALES } from '@/lib/charts/value-scale';
import { AXES } from '@/lib/insight/compare/align';
import { RolloutSort } from './trajectories';
import { withQuery } from './request';

// The addresses of the pages about runs: one parser and one builder each. A value that makes no sense reads as absent,
// so an old or mistyped link still opens the page.

export const RUNS_PER_PAGE = 100;
/** More do not fit a screen, and each is a join. */
const MAX_COLUMNS = 20;

const whole = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
  .nullable()
  .catch(null);

/** `1,2,3`; what is not a number of a run is left out, and so is a repetition. */
export const RunIdList = z
  .string()
  .default('')
  .transform((text) => [
    ...new Set(
      text.split(',').flatMap((part) => {
        const id = RunId.safeParse(part);
        return id.success ? [id.data] : [];
      }),
    ),
  ]);

export const StatusFilter = z
  .string()
  .default('')
  .transform((text) =>
    text.split(',').flatMap((part) => {
      const status = RunStatus.safeParse(part);
      return status.success ? [status.data] : [];
    }),
  );

const NameList = z
  .string()
  .default('')
  .transform((text) => [...new Set(text.split(',').filter((name) => name !== ''))].slice(0, MAX_COLUMNS));

/** The runs table: see `parseRunQuery` for `q`, `runSortOf` for `sort`, `runColumnOf` for columns and groups. */
export const RunsView = z.object({
  q: z.string().default('').catch(''),
  status: StatusFilter,
  sort: z.string().default(NEWEST_FIRST).catch(NEWEST_FIRST),
  columns: NameList,
  group: z.string().default('').catch(''),
});
export type RunsView = z.infer<typeof RunsView>;

export const DEFAULT_SMOOTHING = '0.6';
/** What the smoothing control offers; any other weight or window may stand in the address. */
export const SMOOTHING_CHOICES = ['0', '0.6', '0.8', '0.9', '0.95', 'r9', 'r25'] as const;

export const ChartView = z.object({
  from: whole,
  to: whole,
  smooth: z
    .string()
    .regex(/^(0(\.\d{1,3})?|r\d{1,3})$/)
    .catch(DEFAULT_SMOOTHING),
  scale: z.enum(SCALES).catch('linear'),
  outliers: z.enum(OUTLIERS).catch('shown'),
});
export type ChartView = z.infer<typeof ChartView>;

/** `0` = none, `0.8` = exponential with that weight, `r9` = mean of nine steps. */
export function smoothingOf(text: string): Smoothing {
  if (text.startsWith('r')) return { kind: 'rolling', window: Number(text.slice(1)) };
  const weight = Number(text);
  return weight === 0 ? { kind: 'none' } : { kind: 'ema', weight };
}

/** What the tokens of a rollout are coloured by; `mask`: what is trained on. */
const TokenColor = z.enum(['logprob', 'mask', 'plain']);
export type TokenColor = z.infer<typeof TokenColor>;

export const RolloutView = z.object({
  /** Null = the newest when the page was opened. */
  step: whole,
  set: z.enum(['train', 'validation']).catch('train'),
  sort: RolloutSort.catch('order'),
  rollout: whole,
  /** See `parseRolloutFilter`. */
  filter: z.string().catch(''),
  color: TokenColor.catch('logprob'),
});
export type RolloutView = z.infer<typeof RolloutView>;

export const LogView = z.object({ level: z.enum(LOG_LEVELS).catch('info'), search: z.string().catch('') });
export const ConfigView = z.object({
  show: z.enum(['resolved', 'composed', 'files']).catch('resolved'),
  file: z.string().catch(''),
});
export const MetricsView = z.object({ search: z.string().catch('') });

export const RUN_TABS = ['overview', 'metrics', 'rollouts', 'logs', 'config', 'checkpoints'] as const;
export type RunTab = (typeof RUN_TABS)[number];

type Query = Readonly<Record<string, string | number | null | undefined>>;
type OptionalQuery = '' | `?${string}`;

export type RunHref =
  `/runs/${number}${OptionalQuery}` | `/runs/${number}/${Exclude<RunTab, 'overview'>}${OptionalQuery}`;

export function runHref(id: number, tab: RunTab = 'overview', query: Query = {}): RunHref {
  const search = searchOf(query);
  return tab === 'overview' ? `/runs/${id}${search}` : `/runs/${id}/${tab}${search}`;
}

/** Rollouts of a step, trained on or held out. */
export function rolloutsHref(id: number, step: number, set: RolloutView['set'] = 'train'): RunHref {
  return runHref(id, 'rollouts', { step, set: set === 'train' ? null : set });
}

/** `a.b,c.d` */
const KeyList = z
  .string()
  .default('')
  .transform((text) => [...new Set(text.split(',').filter((key) => key !== ''))]);

export const CompareView = z.object({
  runs: RunIdList,
  metric: z.string().catch(''),
  smooth: ChartView.shape.smooth,
  from: whole,
  to: whole,
  axis: z.enum(AXES).catch('step'),
  /** What runs are grouped by; '' = not at all. */
  by: z.string().catch(''),
  /** Groups that the verdict is about; '' = the first two. */
  a: z.string().catch(''),
  b: z.string().catch(''),
  basis: z.enum(['held-out', 'curve']).catch('held-out'),
  /** Keys of the config that are left out of the differences. */
  ignore: KeyList,
  /** Row of the held-out file whose answers are shown. */
  prompt: z.string().catch(''),
  /** `judged` = rehearsals count for the verdict, too. */
  rehearsals: z.enum(['', 'judged']).catch(''),
});
export type CompareView = z.infer<typeof CompareView>;

/** A comparison of runs; what else `view` says stays as it is. */
export function compareHref(
  runs: readonly number[],
  view: Partial<CompareView> = {},
): `/compare${OptionalQuery}` {
  const { ignore = [], axis, basis, smooth, ...rest } = view;
  // first in the address, and these instead of the view's own
  const chosen = { runs: runs.join(',') };
  return `/compare${searchOf({
    ...chosen,
    ...rest,
    ...chosen,
    // what stands for itself stays out of the address
    axis: axis === 'step' ? null : axis,
    basis: basis === 'held-out' ? null : basis,
    smooth: smooth === DEFAULT_SMOOTHING ? null : smooth,
    ignore: ignore.join(','),
  })}`;
}

/** A rollout on its run's page. */
export function rolloutHref(row: {
  readonly id: number;
  readonly runId: number;
  readonly step: number;
  readonly validation: boolean;
}): RunHref {
  const set = row.validation ? 'validation' : null;
  return runHref(row.runId, 'rollouts', { step: row.step, set, rollout: row.id });
}

function searchOf(query: Query): OptionalQuery {
  const [, search = ''] = withQuery('', query).split('?');
  // Commas are legal in a query and far easier to read.
  return search === '' ? '' : `?${search.replaceAll('%2C', ',')}`;
}
