import { storableText } from '@/lib/db/storable-text';
import { encodeMetricValue } from '@/lib/domain/run-event';
import type { NewTrajectory, RunWriter } from './run-writer';
import type { TrajectoryCells, WriteOperation } from './writer-messages';

type Appended = Parameters<RunWriter['append']>[0];
type Batch = Parameters<RunWriter['trajectories']>[1];

/** What an operation without a payload of its own takes. */
const SMALL = 200;

export function eventOperation(event: Appended, time: number): WriteOperation {
  const { kind, ...body } = event.kind === 'metrics' ? withStorableKeys(event) : event;
  if ('step' in body && body.step !== null && !Number.isInteger(body.step)) {
    throw new TypeError(`The step of a ${kind} event is ${body.step}, not a whole number`);
  }
  return {
    type: 'event',
    time,
    kind,
    body: jsonOf(body, event.kind === 'metrics' ? Object.values(event.values) : []),
  };
}

/** A key names a series in the store; evaluators make keys of what they like. */
function withStorableKeys(event: Extract<Appended, { kind: 'metrics' }>): Appended {
  const entries = Object.entries(event.values).map(([key, value]) => [storableText(key), value] as const);
  return { ...event, values: Object.fromEntries(entries) };
}

export function trajectoriesOperation(step: number, batch: Batch, time: number): WriteOperation {
  return {
    type: 'trajectories',
    time,
    step,
    validation: batch.validation,
    failed: batch.failed,
    rows: batch.rows.map(cellsOf),
    bodies: batch.rows.map(({ body }) => jsonOf(body, numbersOf(body))),
  };
}

/** Roughly the characters that an operation holds in memory. */
export function sizeOf(operation: WriteOperation): number {
  if (operation.type === 'event') return SMALL + operation.body.length;
  if (operation.type !== 'trajectories') return SMALL;
  const bodies = operation.bodies.reduce((sum, body) => sum + body.length, 0);
  return bodies + SMALL * (operation.rows.length + 1);
}

/**
 * JSON without losing NaN and the infinities among `numbers`, which become the words that `MetricValue` reads back.
 * Without any, the replacer (five times slower) is not needed.
 */
function jsonOf(value: Readonly<Record<string, unknown>>, numbers: Iterable<number>): string {
  for (const number of numbers) {
    if (!Number.isFinite(number)) return JSON.stringify(value, (_key, part: unknown) => inJson(part));
  }
  return JSON.stringify(value);
}

function inJson(part: unknown): unknown {
  return typeof part === 'number' ? encodeMetricValue(part) : part;
}

function* numbersOf({ sequences, metrics }: NewTrajectory['body']): Iterable<number> {
  for (const { logprobs } of sequences) yield* logprobs;
  yield* Object.values(metrics);
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
