import { z } from 'zod';

export const whole = z.number().int();
export const positive = whole.positive();
export const share = z.number().min(0).max(1);
export const flag = z.boolean();

/** A text, or one that only the run process may see. */
export const text = z.union([z.string(), z.looseObject({ $secret: z.string() })]);

/** One file or several. */
export const files = z.union([
  z
    .string()
    .min(1)
    .transform((file) => [file]),
  z.array(z.string().min(1)).min(1),
]);

/** Of what belongs to others: any map. */
export const anyMap = z.record(z.string(), z.unknown());
