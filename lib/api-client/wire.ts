import { z } from 'zod';
import { Certificate, RunRehearsal } from '@/lib/domain/rehearsal';
import { encodeMetricValue, MetricValue, type RunEvent } from '@/lib/domain/run-event';
import { Attempt, Checkpoint, Run } from '@/lib/domain/run';
import { RunEvent as RunEventSchema } from '@/lib/domain/run-event';
import { TrajectoryBody, TrajectoryRow } from '@/lib/domain/trajectory';
import { Health } from '@/lib/insight/health/health';
import { TrajectorySequence } from '@/lib/domain/trajectory-sequence';

// What the API says, in the form in which both of its sides know it. Numbers that JSON has no word for travel as text.

/** Recent reward of a run, thinned for a sparkline. */
export const RewardTrail = z.object({
  last: MetricValue.nullable(),
  points: z.array(MetricValue).readonly(),
});
export type RewardTrail = z.infer<typeof RewardTrail>;

const RunCell = z.union([z.string(), MetricValue, z.null()]);
export const RunListItem = z.object({
  run: Run,
  reward: RewardTrail,
  /** One per column asked for. */
  cells: z.array(RunCell).readonly(),
});
export type RunListItem = z.infer<typeof RunListItem>;

export const RunList = z.object({
  items: z.array(RunListItem),
  /** Runs that match. */
  total: z.number().int(),
  /** Runs that there are. */
  all: z.number().int(),
  /** What of the search means nothing. */
  problems: z.array(z.string()),
});
export type RunList = z.infer<typeof RunList>;

export const RunGroups = z.object({
  groups: z.array(
    z.object({
      value: RunCell,
      runs: z.number().int(),
      count: z.number().int(),
      mean: MetricValue.nullable(),
      std: MetricValue.nullable(),
    }),
  ),
});
export type RunGroup = z.infer<typeof RunGroups>['groups'][number];

export const RunColumns = z.object({ metrics: z.array(z.string()), config: z.array(z.string()) });
export type RunColumns = z.infer<typeof RunColumns>;

export const RunViews = z.object({ views: z.array(z.object({ name: z.string(), query: z.string() })) });

export const RunAnswer = z.object({ run: Run });

export const RunHistory = z.object({ attempts: z.array(Attempt), checkpoints: z.array(Checkpoint) });
export type RunHistory = z.infer<typeof RunHistory>;

export const RunHealth = z.object({ health: Health, muted: z.array(z.string()).readonly() });
export type RunHealth = z.infer<typeof RunHealth>;

export const LogPage = z.object({ events: z.array(RunEventSchema), hasOlder: z.boolean() });
export type LogPage = z.infer<typeof LogPage>;

const Values = z.array(MetricValue).readonly();
const Integers = z.array(z.number()).readonly();

export const SeriesRange = z.object({
  key: z.string(),
  level: z.number(),
  step: Integers,
  time: Integers,
  min: Values,
  max: Values,
  mean: Values,
  last: Values,
  count: Integers,
});
export type SeriesRange = z.infer<typeof SeriesRange>;

export const MetricRanges = z.object({ seq: z.number(), series: z.array(SeriesRange).readonly() });
export type MetricRanges = z.infer<typeof MetricRanges>;

export const SeriesSummary = z.object({
  key: z.string(),
  count: z.number(),
  lastStep: z.number(),
  last: MetricValue,
});
export type SeriesSummary = z.infer<typeof SeriesSummary>;
export const SummaryList = z.object({ series: z.array(SeriesSummary) });

export const RolloutSteps = z.object({
  train: z.array(z.number().int()),
  validation: z.array(z.number().int()),
});
export type RolloutSteps = z.infer<typeof RolloutSteps>;

/** Rewards may be anything an evaluator returned, so they travel like metrics. */
const Row = TrajectoryRow.extend({ reward: MetricValue, advantage: MetricValue.nullable() });
export const TrajectoryPage = z.object({ rows: z.array(Row), total: z.number().int() });
export type TrajectoryPage = z.infer<typeof TrajectoryPage>;

export const PromptScores = z.object({
  prompts: z
    .array(z.object({ group: z.string(), prompt: z.string(), mean: MetricValue, count: z.number().int() }))
    .readonly(),
});
export type PromptScores = z.infer<typeof PromptScores>;

export const TrajectoryDetail = z.object({
  row: Row,
  body: TrajectoryBody.extend({
    sequences: z.array(TrajectorySequence.extend({ logprobs: z.array(MetricValue) })),
    metrics: z.record(z.string(), MetricValue),
  }),
});
export type TrajectoryDetail = z.infer<typeof TrajectoryDetail>;

/**
 * Turns a value into what JSON can hold: numbers that are not finite become the text that `MetricValue` reads back.
 * A string of an evaluator that says "NaN" stays a string, since only the number fields above are read as numbers.
 */
export function toWire(value: unknown): unknown {
  if (typeof value === 'number') return encodeMetricValue(value);
  if (Array.isArray(value)) return value.every(isPlain) ? value : value.map(toWire);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toWire(item)]));
  }
  return value;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string';
}

/** One event as the stream carries it. */
export function encodeEvent(event: RunEvent): string {
  return JSON.stringify(toWire(event));
}

export function decodeEvent(text: string): RunEvent | null {
  const parsed = RunEventSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

export function decodeRun(text: string): Run | null {
  const parsed = Run.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Both null for a run that is no rehearsal; no certificate while it goes on. */
export const RehearsalAnswer = z.object({
  rehearsal: RunRehearsal.nullable(),
  certificate: Certificate.nullable(),
});
