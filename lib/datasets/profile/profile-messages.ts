import { z } from 'zod';
import { DataPlan, DataProfile } from '@/lib/domain/data-profile';

/** What the process that profiles data is asked. */
export const ProfileTask = z.object({
  plan: DataPlan,
  baseDirs: z.array(z.string()),
  hubCache: z.string(),
});
export type ProfileTask = z.infer<typeof ProfileTask>;

/** What it says, a line each. */
export const ProfileMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('first'), profile: DataProfile }),
  z.object({ kind: z.literal('progress'), share: z.number() }),
  z.object({ kind: z.literal('done'), profile: DataProfile }),
  z.object({
    kind: z.literal('refused'),
    code: z.enum([
      'invalid_input',
      'forbidden',
      'not_found',
      'conflict',
      'unprocessable',
      'unavailable',
      'storage',
    ]),
    message: z.string(),
  }),
]);
export type ProfileMessage = z.infer<typeof ProfileMessage>;
