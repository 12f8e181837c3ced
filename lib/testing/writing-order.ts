import { z } from 'zod';
import { Attempt } from '@/lib/domain/run';

/** What a test tells a writing child, as JSON in its first argument. */
export const WritingOrder = z.object({
  databaseUrl: z.string(),
  workerFile: z.string(),
  attempt: Attempt,
  steps: z.number(),
});
export type WritingOrder = z.infer<typeof WritingOrder>;
