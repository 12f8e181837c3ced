'use server';

import { z } from 'zod';
import { asAction } from '@/app/_server/as-action';
import { launcher } from '@/app/_server/launcher';
import { stores } from '@/app/_server/stores';
import { isFinished, RunId } from '@/lib/domain/run';

// The page learns what came of it from the run's own events; nothing is revalidated here.

export async function stopRun(input: unknown) {
  return asAction(RunId, input, async (id) => {
    await (await stores()).runStore.command(id, 'stop');
    return null;
  });
}

export async function pauseRun(input: unknown) {
  return asAction(RunId, input, async (id) => {
    await (await stores()).runStore.command(id, 'pause');
    return null;
  });
}

/** Lets a paused run go on; starts a finished one again, in a new process, from its last checkpoint. */
export async function resumeRun(input: unknown) {
  return asAction(RunId, input, async (id) => {
    const { runStore } = await stores();
    const { status } = await runStore.get(id);
    if (isFinished(status)) await (await launcher()).resume(id);
    else await runStore.command(id, 'resume');
    return null;
  });
}

const Mute = z.object({ id: RunId, advisory: z.string().min(1).max(100), muted: z.boolean() });

/** Says no more of an advisory for one run, or says it again. */
export async function muteAdvisory(input: unknown) {
  return asAction(Mute, input, async ({ id, advisory, muted }) => {
    await (await stores()).runStore.mute(id, { advisory, muted });
    return null;
  });
}
