import 'server-only';
import type { SecretFacts } from '@/components/recipes/environment/secret-list';
import { readEnv, recipeEnvironment } from '@/lib/env';
import { markedNames } from '@/lib/recipes/environment/compose-variant';
import { environmentNames } from '@/lib/recipes/environment/environment-names';
import { isSecretVariable } from '@/lib/recipes/environment/secret-names';
import { fullEnvironment } from '@/lib/secrets/recipe-secrets';
import { createSecretStore } from '@/lib/secrets/secret-store';
import { AppError } from '@/lib/shared/app-error';
import { recipeFolder } from './recipe-folder';

type Secret = { readonly name: string; readonly value: string; readonly isNew: boolean };

/** `isNew`: a name that holds another value already, here or in this process, is refused. */
export async function storeSecret({ name, value, isNew }: Secret): Promise<null> {
  const { dataDir } = readEnv();
  if (isNew) {
    const { values } = await fullEnvironment(dataDir);
    if (Object.hasOwn(values, name) && values[name] !== value)
      throw new AppError('conflict', `${name} already holds another value.`);
  }
  await createSecretStore(dataDir).set(name, value);
  return null;
}

export async function unsetSecret({ name }: Pick<Secret, 'name'>): Promise<null> {
  const wasThere = await createSecretStore(readEnv().dataDir).unset(name);
  if (!wasThere) throw new AppError('not_found', `There is no secret ${name} in the store any more.`);
  return null;
}

/** Every secret that is stored or that a layer or a script reads. Rejects with `AppError` when the store is unusable. */
export async function loadSecrets(): Promise<{
  readonly folder: string;
  readonly secrets: readonly SecretFacts[];
}> {
  const store = createSecretStore(readEnv().dataDir);
  const [stored, files, scripts] = await Promise.all([
    store.names(),
    recipeFolder().layers(),
    recipeFolder().scripts(),
  ]);
  const marked = markedNames(Object.values(files));
  const read = environmentNames(files, scripts).filter((name) => isSecretVariable(name) || marked.has(name));
  const own = recipeEnvironment();
  const uses = [
    ...Object.entries(files).map(([path, text]) => [path, environmentNames({ [path]: text }, {})] as const),
    ...Object.entries(scripts).map(([path, text]) => [path, environmentNames({}, { [path]: text })] as const),
  ];
  const secrets = [...new Set([...stored, ...read])].toSorted().map((name) => ({
    name,
    state: own[name] !== undefined ? 'process' : stored.includes(name) ? 'stored' : 'not-set',
    usedIn: uses.filter(([, names]) => names.includes(name)).map(([path]) => path),
  })) satisfies readonly SecretFacts[];
  return { folder: store.folder, secrets };
}
