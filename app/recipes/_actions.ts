'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { asAction } from '@/app/_server/as-action';
import { LaunchInput } from '@/app/_server/launch-input';
import { launcher } from '@/app/_server/launcher';
import { recipeLife } from '@/app/_server/recipe-life';

const SaveInput = z.strictObject({
  path: z.string(),
  text: z.string(),
  ifMatch: z.string().nullable(),
  /** What the version says of itself. */
  message: z.string().max(500).optional(),
});
/** Saves a recipe file over the version that the page knows; a conflict comes back as a value with the other text. */
export async function saveRecipeFile(input: unknown) {
  return asAction(SaveInput, input, (request) => recipeLife().save(request));
}

export async function launchRun(input: unknown) {
  const outcome = await asAction(LaunchInput, input, async (request) => {
    const run = await (await launcher()).launch(request);
    return { id: Number(run.id) };
  });
  revalidatePath('/runs');
  return outcome;
}
