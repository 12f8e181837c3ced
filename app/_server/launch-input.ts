import { z } from 'zod';
import { RehearsalScale } from '@/lib/rehearsal/rehearsal-scale';
import type { LaunchRequest } from '@/lib/launch/launch';

export const LaunchInput = z
  .strictObject({
    entry: z.string(),
    overrides: z.array(z.string()),
    name: z.string().trim().min(1).max(120).optional(),
    idempotencyKey: z.string().min(8).max(100),
    rehearsal: RehearsalScale.optional(),
  })
  // absent, not undefined
  .transform(({ name, rehearsal, ...request }): LaunchRequest => ({
    ...request,
    ...(name === undefined ? {} : { name }),
    ...(rehearsal === undefined ? {} : { rehearsal }),
  }));
