import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { AppError } from '@/lib/shared/app-error';
import type { RecordedRollouts } from './rollout/workers/mock-worker';

const Recorded = z.object({
  tokens: z.array(z.number().int()),
  loss_mask: z.array(z.number().int()),
  reward: z.number(),
  extra_fields: z.looseObject({
    group_id: z.string(),
    run_id: z.number().int(),
    logprobs: z.array(z.number()).exactOptional(),
  }),
});
const Line = z.object({ trajectories: z.array(Recorded) });

/** Reads dumped trajectories, many to a line. Rejects with `AppError('unprocessable')` that names the line. */
export async function readRecordedRollouts(file: string): Promise<RecordedRollouts> {
  const rollouts = new Map<string, { reward: number; sequences: z.infer<typeof Recorded>[] }>();
  let number = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(file) })) {
      number += 1;
      if (text.trim() === '') continue;
      for (const trajectory of Line.parse(JSON.parse(text)).trajectories) {
        const { group_id: group, run_id: sample } = trajectory.extra_fields;
        const key = `${group}/${sample}`;
        const known = rollouts.get(key) ?? { reward: trajectory.reward, sequences: [] };
        known.sequences.push(trajectory);
        rollouts.set(key, known);
      }
    }
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    const message = `rollout_worker.trajectory_load_path names ${file}, which cannot be read at line ${number}: ${detail}`;
    throw new AppError('unprocessable', message, { cause });
  }
  return new Map(
    [...rollouts].map(([key, { reward, sequences }]) => [
      key,
      {
        reward,
        sequences: sequences.map(({ tokens, loss_mask: lossMask, extra_fields: { logprobs } }) => ({
          tokens,
          lossMask,
          logprobs: logprobs ?? tokens.map(() => 0),
        })),
      },
    ]),
  );
}
