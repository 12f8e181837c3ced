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

const Tag = z.string().trim().min(1).max(40);
const Annotation = z.object({
  ids: z.array(RunId).min(1).max(10_000),
  change: z.object({
    name: z.string().trim().min(1).max(200).optional(),
    notes: z.string().max(20_000).optional(),
    addTags: z.array(Tag).optional(),
    removeTags: z.array(Tag).optional(),
    isPinned: z.boolean().optional(),
    isArchived: z.boolean().optional(),
    isDeleted: z.boolean().optional(),
  }),
});

/** Names, tags, notes, pins, archive and deletion, of one run or many. */
export async function annotateRuns(input: unknown) {
  return asAction(Annotation, input, async ({ ids, change }) => {
    await (await stores()).runTable.annotate(ids, change);
    return null;
  });
}

const View = z.object({ name: z.string().trim().min(1).max(60), query: z.string().max(4000) });

export async function saveView(input: unknown) {
  return asAction(View, input, async (view) => {
    await (await stores()).runTable.saveView(view);
    return null;
  });
}

export async function removeView(input: unknown) {
  return asAction(View.shape.name, input, async (name) => {
    await (await stores()).runTable.removeView(name);
    return null;
  });
}
