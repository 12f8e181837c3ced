import { z } from 'zod';
import { RunId, RunPhase, RunStatus } from './run';

/** JSON has no NaN or infinities; a diverged loss must survive the wire as what it is. */
const NON_FINITE = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity } as const;
export const MetricValue = z.union([
  z.number(),
  z.enum(['NaN', 'Infinity', '-Infinity']).transform((text) => NON_FINITE[text]),
]);

/** The inverse of `MetricValue`: what JSON can hold. */
export function encodeMetricValue(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

export const LOG_LEVELS = ['debug', 'info', 'warning', 'error'] as const;

const EventBase = z.object({
  /** Global to the store, strictly rising: the id of the server-sent event. */
  seq: z.number().int().positive(),
  runId: RunId,
  attempt: z.number().int().nonnegative(),
  time: z.iso.datetime(),
});

export const StatusBody = z.object({
  kind: z.literal('status'),
  status: RunStatus,
  phase: RunPhase.nullable(),
  reason: z.string().nullable(),
});
export const MetricsBody = z.object({
  kind: z.literal('metrics'),
  /** 0-based index of the step that these values belong to. */
  step: z.number().int().nonnegative(),
  values: z.record(z.string(), MetricValue),
});
export const LogBody = z.object({
  kind: z.literal('log'),
  level: z.enum(LOG_LEVELS),
  /** The part that speaks: `controller`, `rollout`, `evaluator`, `service`, … */
  source: z.string(),
  message: z.string(),
});
export const CheckpointBody = z.object({
  kind: z.literal('checkpoint'),
  /** Completed steps in it. */
  step: z.number().int().nonnegative(),
  path: z.string(),
  bytes: z.number().int().nonnegative(),
});
export const AdvisoryBody = z.object({
  kind: z.literal('advisory'),
  severity: z.enum(['info', 'warning', 'error']),
  code: z.string(),
  message: z.string(),
  step: z.number().int().nonnegative().nullable(),
});
export const TrajectoriesBody = z.object({
  kind: z.literal('trajectories'),
  step: z.number().int().nonnegative(),
  count: z.number().int().nonnegative(),
  failed: z.number().int().nonnegative(),
  validation: z.boolean(),
});
/** Values of older `metrics` events that now live in metric blocks; a client that replays over it re-reads ranges. */
export const SealedBody = z.object({ kind: z.literal('sealed'), step: z.number().int().nonnegative() });

export const RunEventBody = z.discriminatedUnion('kind', [
  StatusBody,
  MetricsBody,
  LogBody,
  CheckpointBody,
  AdvisoryBody,
  TrajectoriesBody,
  SealedBody,
]);
export type RunEventBody = z.infer<typeof RunEventBody>;

/** One thing that a run said. Append-only and numbered, so a replay changes nothing. */
export const RunEvent = z.discriminatedUnion('kind', [
  EventBase.extend(StatusBody.shape),
  EventBase.extend(MetricsBody.shape),
  EventBase.extend(LogBody.shape),
  EventBase.extend(CheckpointBody.shape),
  EventBase.extend(AdvisoryBody.shape),
  EventBase.extend(TrajectoriesBody.shape),
  EventBase.extend(SealedBody.shape),
]);
export type RunEvent = z.infer<typeof RunEvent>;
