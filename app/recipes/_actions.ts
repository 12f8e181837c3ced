'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { asAction } from '@/app/_server/as-action';
import { launcher } from '@/app/_server/launcher';
import { recipeLife } from '@/app/_server/recipe-life';
import { RehearsalScale } from '@/lib/rehearsal/rehearsal-scale';

const SaveInput = z.strictObject({
  path: z.string(),
  text: z.string(),
  ifMatch: z.string().nullable(),
  /** What the version says of itself. */
  message: z.string().max(500).optional(),
});
const LaunchInput = z.strictObject({
  entry: z.string(),
  overrides: z.array(z.string()),
  name: z.string().trim().min(1).max(120).optional(),
  idempotencyKey: z.string().min(8).max(100),
  rehearsal: RehearsalScale.optional(),
});

type Launch = z.infer<typeof LaunchInput>;

/** Absent, not undefined. */
function requestOf({ name, rehearsal, ...request }: Launch) {
  return {
    ...request,
    ...(name === undefined ? {} : { name }),
    ...(rehearsal === undefined ? {} : { rehearsal }),
  };
}

/** Saves a recipe file over the version that the page knows; a conflict comes back as a value with the other text. */
export async function saveRecipeFile(input: unknown) {
  return asAction(SaveInput, input, (request) => recipeLife().save(request));
}

export async function preflightRun(input: unknown) {
  return asAction(LaunchInput, input, async (launch) => (await launcher()).preflight(requestOf(launch)));
}

export async function launchRun(input: unknown) {
  const outcome = await asAction(LaunchInput, input, async (request) => {
    const run = await (await launcher()).launch(requestOf(request));
    return { id: Number(run.id) };
  });
  revalidatePath('/runs');
  return outcome;
}
