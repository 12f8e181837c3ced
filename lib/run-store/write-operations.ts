import { storableText } from '@/lib/db/storable-text';
import { encodeMetricValue } from '@/lib/domain/run-event';
import type { NewTrajectories, NewTrajectory, RunWriter } from './run-writer';
import type { TrajectoryCells, WriteOperation } from './writer-messages';

export type MetricsOperation = Extract<WriteOperation, { type: 'metrics' }>;

type Appended = Parameters<RunWriter['append']>[0];

/** What an operation without a payload of its own takes. */
const SMALL = 200;
/** A value and its part of a message. */
const PER_METRIC = 32;

/** Names of the series that an event's values belong to. */
export type SeriesNames = (keys: readonly string[]) => readonly string[];

/** Evaluators make keys of what they like. Gives the same array again while the keys stay the same. */
export function createSeriesNames(): SeriesNames {
  let last: { readonly keys: readonly string[]; readonly names: readonly string[] } = { keys: [], names: [] };
  return (keys) => {
    const isSame = keys.length === last.keys.length && keys.every((key, at) => key === last.keys[at]);
    if (!isSame) last = { keys, names: keys.map(storableText) };
    return last.names;
  };
}

export function eventOperation(event: Appended, time: number, namesOf: SeriesNames): WriteOperation {
  if ('step' in event && event.step !== null && !Number.isInteger(event.step)) {
    throw new TypeError(`The step of a ${event.kind} event is ${event.step}, not a whole number`);
  }
  if (event.kind === 'metrics') {
    const { step, values } = event;
    const keys = namesOf(Object.keys(values));
    return { type: 'metrics', time, step, keys, values: new Float64Array(Object.values(values)) };
  }
  const { kind, ...body } = event;
  return { type: 'event', time, kind, body: JSON.stringify(body) };
}

/** Body of a `metrics` event as the store keeps it. */
export function metricsBody({ step, keys, values }: MetricsOperation): string {
  const named = Object.fromEntries(keys.map((key, at) => [key, values[at] ?? NaN]));
  return jsonOf({ step, values: named }, [values]);
}

export function trajectoriesOperation(step: number, batch: NewTrajectories, time: number): WriteOperation {
  return {
    type: 'trajectories',
    time,
    step,
    validation: batch.validation,
    told: toldOf(batch),
    rows: batch.rows.map(cellsOf),
    bodies: batch.rows.map(({ body }) => jsonOf(body, numbersOf(body))),
  };
}

function toldOf({ failed, rows, part }: NewTrajectories): { count: number; failed: number } | null {
  if (part === undefined) return { count: rows.length, failed };
  return part.isLast ? { count: part.written + rows.length, failed } : null;
}

/** Roughly the characters that an operation holds in memory. */
export function sizeOf(operation: WriteOperation): number {
  if (operation.type === 'metrics') return SMALL + PER_METRIC * operation.keys.length;
  if (operation.type === 'event') return SMALL + operation.body.length;
  if (operation.type !== 'trajectories') return SMALL;
  const bodies = operation.bodies.reduce((sum, body) => sum + body.length, 0);
  return bodies + SMALL * (operation.rows.length + 1);
}

/**
 * JSON without losing NaN and the infinities in `lists`, which become the words that `MetricValue` reads back. Without
 * any, the replacer (five times slower) is not needed.
 */
function jsonOf(value: Readonly<Record<string, unknown>>, lists: readonly ArrayLike<number>[]): string {
  if (lists.every(isFinite)) return JSON.stringify(value);
  return JSON.stringify(value, (_key, part: unknown) => inJson(part));
}

function isFinite(list: ArrayLike<number>): boolean {
  for (let at = 0; at < list.length; at += 1) if (!Number.isFinite(list[at])) return false;
  return true;
}

function inJson(part: unknown): unknown {
  return typeof part === 'number' ? encodeMetricValue(part) : part;
}

function numbersOf({ sequences, metrics }: NewTrajectory['body']): readonly (readonly number[])[] {
  return [...sequences.map(({ logprobs }) => logprobs), Object.values(metrics)];
}

/** In the order of `TRAJECTORY_COLUMNS`. */
function cellsOf(row: NewTrajectory): TrajectoryCells {
  for (const [name, value] of [
    ['reward', row.reward],
    ['advantage', row.advantage ?? 0],
  ] as const) {
    if (!Number.isFinite(value)) {
      throw new TypeError(`The ${name} of rollout ${row.group}/${row.sample} is ${value}, not a number`);
    }
  }
  return [
    row.group,
    row.sample,
    row.reward,
    row.advantage,
    row.promptTokens,
    row.completionTokens,
    row.stopReason,
    row.weightVersion,
    row.error,
    row.promptPreview,
    row.completionPreview,
  ];
}
