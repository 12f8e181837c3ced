'use server';

import { z } from 'zod';
import { asAction } from '@/app/_server/as-action';
import { storeSecret, unsetSecret } from '@/app/_server/secrets';

const StoreInput = z.strictObject({ name: z.string(), value: z.string(), isNew: z.boolean() });
const UnsetInput = z.strictObject({ name: z.string() });

/** Puts a secret into the store; its value is never read back. */
export async function storeSecretAction(input: unknown) {
  return asAction(StoreInput, input, storeSecret);
}

export async function unsetSecretAction(input: unknown) {
  return asAction(UnsetInput, input, unsetSecret);
}
