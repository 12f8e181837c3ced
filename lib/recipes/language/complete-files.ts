import type { Completion } from './complete';
import { folderOf, normalPath, withoutEnding } from './layer-file';
import type { TextRange } from './outline';
import type { LanguageFacts } from './language-facts';

type Typed = { readonly typed: string; readonly range: TextRange };

/** Layers that an entry of the defaults list can name: those of the folder by name, others by a path from the root. */
export function completeDefault(
  facts: LanguageFacts,
  file: string,
  { typed, range }: Typed,
): readonly Completion[] {
  const folder = folderOf(file);
  const group = /^(?:optional +|override +)*([\w./-]+)(?:@[\w.]+)?: /.exec(typed)?.[1];
  const inside =
    group === undefined ? folder : normalPath(group.startsWith('/') ? group.slice(1) : `${folder}/${group}`);
  const layers = Object.keys(facts.layers).filter((path) => path.endsWith('.yaml') && path !== file);
  const near = layers.filter((path) => path.startsWith(inside === '' ? '' : `${inside}/`));
  const named = near.map((path) =>
    completion(withoutEnding(path.slice(inside === '' ? 0 : inside.length + 1)), path),
  );
  if (group !== undefined) return named.filter(({ label }) => !label.includes('/'));
  const far = layers
    .filter((path) => !near.includes(path))
    .map((path) => completion(`/${withoutEnding(path)}`, path));
  const self: Completion = {
    label: '_self_',
    kind: 'layer',
    detail: 'this layer',
    about: 'Where in the order this layer itself is merged: what comes later wins.',
    insert: '_self_',
    range,
  };
  return [self, ...named, ...far];

  function completion(label: string, path: string): Completion {
    return {
      label,
      kind: 'layer',
      detail: path,
      about: firstComment(facts.layers[path] ?? ''),
      insert: label,
      range,
    };
  }
}

/** `agent_workspace/evaluator.ts:ClassName`: files first, after the colon the classes in the file. */
export function completeModule(facts: LanguageFacts, { typed, range }: Typed): readonly Completion[] {
  const quote = /^["']/.exec(typed)?.[0] ?? '';
  const colon = typed.lastIndexOf(':');
  if (colon > 0) {
    const path = `${facts.recipe}/${typed.slice(quote.length, colon)}`;
    return classesIn(facts.others[path] ?? '').map(({ name, line }) => ({
      label: name,
      kind: 'class',
      detail: `line ${line}`,
      about: '',
      insert: name,
      range: { start: range.start + colon + 1, end: range.end },
    }));
  }
  return facts.paths
    .filter(
      (path) => path.startsWith(`${facts.recipe}/`) && /\.(ts|py)$/.test(path) && !path.endsWith('.test.ts'),
    )
    .flatMap((path) => {
      const name = path.slice(facts.recipe.length + 1);
      const classes = classesIn(facts.others[path] ?? '');
      const labels = classes.length === 0 ? [`${name}:`] : classes.map((found) => `${name}:${found.name}`);
      return labels.map((label) => fileCompletion(label, { quote, typed, range }));
    });
}

/** Files with tasks, as a path from the recipe's folder. */
export function completeDataFile(facts: LanguageFacts, { typed, range }: Typed): readonly Completion[] {
  const quote = /^["']/.exec(typed)?.[0] ?? '';
  return facts.paths
    .filter((path) => path.startsWith(`${facts.recipe}/`) && /\.(parquet|jsonl|csv)$/.test(path))
    .map((path) => fileCompletion(path.slice(facts.recipe.length + 1), { quote, typed, range }));
}

function fileCompletion(
  label: string,
  { quote, range }: { readonly quote: string; readonly typed: string; readonly range: TextRange },
): Completion {
  const inside = { start: range.start + quote.length, end: range.end };
  const insert = quote === '' ? `"${label}"` : label;
  return { label, kind: 'file', detail: '', about: '', insert, range: inside };
}

/** The classes that a TypeScript or Python file gives away. */
export function classesIn(
  text: string,
): readonly { readonly name: string; readonly line: number; readonly offset: number }[] {
  return [...text.matchAll(/^(?:export\s+)?(?:default\s+)?(?:abstract\s+)?class\s+([A-Za-z_]\w*)/gm)].map(
    (match) => ({
      name: match[1] ?? '',
      line: text.slice(0, match.index).split('\n').length,
      offset: match.index,
    }),
  );
}

/** The sentence with which a layer begins. */
function firstComment(text: string): string {
  const lines = /^(?:#(?! *@).*\n?)+/.exec(text)?.[0] ?? '';
  return lines.replaceAll(/^# ?/gm, '').replaceAll('\n', ' ').trim();
}
