import type { Completion } from './complete';
import { BUILTIN_EVALUATORS } from '../schema/builtin-evaluators';
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

/** `agent_workspace/evaluator.ts:ClassName`: files first, after the colon the classes in the file; and what is built in. */
export function completeEvaluator(facts: LanguageFacts, { typed, range }: Typed): readonly Completion[] {
  const quote = quoteOf(typed);
  const colon = typed.lastIndexOf(':');
  const behind = { start: range.start + colon + 1, end: range.end };
  const before = typed.slice(quote.length, Math.max(colon, 0));
  if (before === 'builtin') return builtins((name) => ({ label: name, insert: name, range: behind }));
  if (colon > 0) {
    return classesIn(facts.others[`${facts.recipe}/${before}`] ?? '').map(({ name, line }) => ({
      label: name,
      kind: 'class',
      detail: `line ${line}`,
      about: '',
      insert: name,
      range: behind,
    }));
  }
  const files = codeFiles(facts).flatMap((path) => {
    const name = path.slice(facts.recipe.length + 1);
    const classes = classesIn(facts.others[path] ?? '');
    const labels = classes.length === 0 ? [`${name}:`] : classes.map((found) => `${name}:${found.name}`);
    return labels.map((label) => fileCompletion(label, { quote, typed, range }));
  });
  const ready = builtins((name) => {
    const { label, insert, range: inside } = fileCompletion(`builtin:${name}`, { quote, typed, range });
    return { label, insert, range: inside };
  });
  return [...files, ...ready];
}

function builtins(
  place: (name: string) => Pick<Completion, 'label' | 'insert' | 'range'>,
): readonly Completion[] {
  return Object.entries(BUILTIN_EVALUATORS).map(([name, about]) => ({
    ...place(name),
    kind: 'class',
    detail: 'built in',
    about,
  }));
}

/** A file of code; its class stands in a key of its own. */
export function completeCodeFile(facts: LanguageFacts, { typed, range }: Typed): readonly Completion[] {
  const quote = quoteOf(typed);
  return codeFiles(facts).map((path) =>
    fileCompletion(path.slice(facts.recipe.length + 1), { quote, typed, range }),
  );
}

function codeFiles({ paths, recipe }: LanguageFacts): readonly string[] {
  return paths.filter(
    (path) => path.startsWith(`${recipe}/`) && /\.(ts|py)$/.test(path) && !path.endsWith('.test.ts'),
  );
}

function quoteOf(typed: string): string {
  return /^["']/.exec(typed)?.[0] ?? '';
}

/** Files with tasks, as a path from the recipe's folder. */
export function completeDataFile(facts: LanguageFacts, { typed, range }: Typed): readonly Completion[] {
  const quote = quoteOf(typed);
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
