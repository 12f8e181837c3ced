import { z } from 'zod';
import { MetricValue } from '@/lib/domain/run-event';

/** Read in this order: whether the run lives, whether it learns, and only then how it could be faster. */
export const ADVISORY_KINDS = ['liveness', 'signal', 'tuning'] as const;
export type AdvisoryKind = (typeof ADVISORY_KINDS)[number];

export const SEVERITIES = ['info', 'warning', 'error'] as const;
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

/** Mean of a metric over steps, both ends included. */
const WindowMean = z.object({ from: z.number(), to: z.number(), value: MetricValue });

export const Evidence = z.object({
  key: z.string(),
  /** The run's own first healthy window; null where the rule's bound is absolute, or the run is too short. */
  healthy: WindowMean.nullable(),
  now: WindowMean,
});
export type Evidence = z.infer<typeof Evidence>;

/** A key of the recipe that is worth a change; `suggested` null = look at it, there is no value to name. */
export const Advice = z.object({
  key: z.string(),
  current: z.string().nullable(),
  suggested: z.string().nullable(),
  why: z.string(),
});
export type Advice = z.infer<typeof Advice>;

/** Unix milliseconds; null where the store has no time for the step. */
const Moment = z.object({ step: z.number(), time: z.number().nullable() });

/** One time that a rule had something to say about a run. */
export const Advisory = z.object({
  /** Id of the rule, or code of the run's own event. */
  id: z.string(),
  kind: z.enum(ADVISORY_KINDS),
  severity: Severity,
  title: z.string(),
  meaning: z.string(),
  evidence: z.array(Evidence).readonly(),
  advice: z.array(Advice).readonly(),
  began: Moment,
  /** Null while it lasts. */
  ended: Moment.nullable(),
});
export type Advisory = z.infer<typeof Advisory>;

export const Health = z.object({
  /** What holds now: liveness first, then by severity. */
  current: z.array(Advisory).readonly(),
  /** Tuning tips that wait: while something is wrong, low speed is a symptom. */
  heldBack: z.number(),
  /** What is over, newest first. */
  past: z.array(Advisory).readonly(),
  /** Rules that had data to judge by, of all. */
  rules: z.object({ ran: z.number(), all: z.number() }),
  /** Completed steps that were looked at. */
  steps: z.number(),
});
export type Health = z.infer<typeof Health>;
