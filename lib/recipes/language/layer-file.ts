export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

export function withoutEnding(path: string): string {
  return path.replace(/\.yaml$/, '');
}

/** `a/../b` → `b`. */
export function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** The file that a name in a defaults list of a folder means; a package behind `@` does not matter. */
export function layerFile(folder: string, name: string): string {
  const path = withoutEnding(name.replace(/@.*$/, ''));
  return `${normalPath(path.startsWith('/') ? path : `${folder}/${path}`)}.yaml`;
}
