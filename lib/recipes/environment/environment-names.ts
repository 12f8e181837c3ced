import { remember } from '@/lib/recipes/remember';
import { referencedNames } from './compose-variant';
import { parseEnvScript } from './parse-env-script';

/** More scripts than any recipes folder has. */
const KEPT = 200;

const readsOf = remember(KEPT, (text) => parseEnvScript(text, {}).reads);
const namesOf = remember(KEPT, (text) => referencedNames([text]));

/** Names of the variables that layers and scripts read; no others are ever sent to the browser. */
export function environmentNames(
  files: Readonly<Record<string, string>>,
  scripts: Readonly<Record<string, string>>,
): readonly string[] {
  const names = [...Object.values(files).flatMap(namesOf), ...Object.values(scripts).flatMap(readsOf)];
  return [...new Set(names)].toSorted();
}
