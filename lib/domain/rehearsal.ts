import { z } from 'zod';
import { Backend } from './run';

/** A key of a recipe that a rehearsal runs with another value. */
export const Substitution = z.object({
  /** `data.batch_size`, `stages[0].steps`. */
  key: z.string(),
  /** As in the resolved recipe, a secret as `{ $secret: NAME }`; absent = the recipe does not set it. */
  from: z.unknown().optional(),
  to: z.unknown(),
  reason: z.string(),
});
export type Substitution = z.infer<typeof Substitution>;

/** What a run keeps of being a rehearsal. */
export const RunRehearsal = z.object({
  backend: Backend,
  /** As people call it. */
  protocol: z.string(),
  substitutions: z.array(Substitution),
  /** Variables that its process does not get: they belong to what was substituted. */
  withheld: z.array(z.string()),
});
export type RunRehearsal = z.infer<typeof RunRehearsal>;

const CheckResult = z.enum(['pass', 'fail', 'not exercised']);
export type CheckResult = z.infer<typeof CheckResult>;

export const CertificateCheck = z.object({
  id: z.string(),
  title: z.string(),
  result: CheckResult,
  /** What was counted, or why it was not exercised. */
  evidence: z.string(),
});
export type CertificateCheck = z.infer<typeof CertificateCheck>;

/** What a rehearsal has shown, and what it cannot show. */
export const Certificate = z.object({
  version: z.literal(1),
  runId: z.number().int().positive(),
  /** The variant, from the recipes root. */
  entry: z.string(),
  backend: Backend,
  /** As people call it. */
  protocol: z.string(),
  madeAt: z.iso.datetime(),
  /** Every check that was exercised passed. */
  ok: z.boolean(),
  checks: z.array(CertificateCheck),
  /** What the real launch does otherwise; of these nothing is said. */
  notExercised: z.array(Substitution),
});
export type Certificate = z.infer<typeof Certificate>;
