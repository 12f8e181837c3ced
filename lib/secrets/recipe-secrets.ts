import { processEnvironment, recipeEnvironment } from '@/lib/env';
import { createSecretStore } from './secret-store';

type Visible = Readonly<Record<string, string | { readonly secret: true }>>;

/** What recipes may read, without any secret's value: the process environment, over the secret store. */
export async function visibleToRecipes(dataDir: string): Promise<Visible> {
  const names = await createSecretStore(dataDir).names();
  const stored = Object.fromEntries(names.map((name) => [name, { secret: true } as const]));
  const own = recipeEnvironment();
  // what somebody stored is a secret, whichever value wins
  const both = names
    .filter((name) => own[name] !== undefined)
    .map((name) => [name, { secret: true }] as const);
  return { ...stored, ...own, ...Object.fromEntries(both) };
}

/** The same with all values, for processes that Galley starts. Never show it. */
export async function fullEnvironment(
  dataDir: string,
): Promise<{ readonly values: Readonly<Record<string, string>>; readonly stored: readonly string[] }> {
  const stored = await createSecretStore(dataDir).values();
  return { values: { ...stored, ...processEnvironment() }, stored: Object.keys(stored) };
}
