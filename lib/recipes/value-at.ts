import { isList, isMap } from './config-view';

/** What stands at a place of plain data; undefined where nothing does. Keys may hold dots. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value;
  for (const part of path) {
    if (isList(found) && typeof part === 'number') found = found[part];
    else if (isMap(found) && typeof part === 'string' && Object.hasOwn(found, part)) found = found[part];
    else return undefined;
  }
  return found;
}
