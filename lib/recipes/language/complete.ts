import type { Backend } from '@/lib/domain/run';
import { RESOLVERS } from '@/lib/recipes/interpolation/resolvers';
import { backendName } from './backend-name';
import { completeCodeFile, completeDataFile, completeDefault, completeEvaluator } from './complete-files';
import { type Cursor, cursorAt } from './cursor';
import { type ConfigPath, outlineOf, type TextRange } from './outline';
import { factsOf, type KeyFacts, nodeOf } from '@/lib/recipes/schema/catalogue';
import { type LanguageFacts, mountOf } from './language-facts';
import { dotted, pathKey, stepsOf, targetOf } from './path-steps';
import { briefText, namesBelow, valueAt } from './value-text';

export type Completion = {
  readonly label: string;
  readonly kind: 'key' | 'value' | 'reference' | 'resolver' | 'variable' | 'layer' | 'file' | 'class';
  /** Beside the label: a type, a value. */
  readonly detail: string;
  /** A sentence about it; '' when there is nothing to say. */
  readonly about: string;
  /** What is put in place of `range`; `$0` is where the cursor goes. */
  readonly insert: string;
  readonly range: TextRange;
};

/** What may be typed at a place of a layer, for the variant in view. */
export function completeAt(facts: LanguageFacts, file: string, offset: number): readonly Completion[] {
  const text = facts.layers[file];
  const cursor = text === undefined ? null : cursorAt(text, offset);
  if (text === undefined || cursor === null) return [];
  switch (cursor.kind) {
    case 'interpolation':
      return completeInterpolation(facts, file, cursor);
    case 'default':
      return completeDefault(facts, file, cursor);
    case 'key':
      return completeKey(facts, { file, text, cursor });
    case 'value':
      return completeValue(facts, file, cursor);
  }
}

type KeyQuestion = {
  readonly file: string;
  readonly text: string;
  readonly cursor: Extract<Cursor, { kind: 'key' }>;
};

function completeKey(facts: LanguageFacts, { file, text, cursor }: KeyQuestion): readonly Completion[] {
  const parent = [...mountOf(facts, file), ...cursor.parent];
  const present = new Set(
    outlineOf(text)
      .filter(({ key, path }) => key?.start !== cursor.range.start && isChild(path, cursor.parent))
      .map(({ path }) => String(path.at(-1))),
  );
  const docs = keysBelow(parent).filter((doc) => isLegal(doc, backendName(facts)));
  const known = new Set(docs.map(({ name }) => name));
  // keys of the recipe's own that other layers give
  const others = namesBelow(valueAt(facts.composed?.composed, parent)).filter((name) => !known.has(name));
  const isTop = parent.length === 0;
  const own = isTop ? ['defaults'] : [];
  return [
    ...docs.filter(({ name }) => !present.has(name)).map((doc) => keyCompletion(doc, cursor.range)),
    ...[...others, ...own]
      .filter((name) => !present.has(name) && /^[\w.-]+$/.test(name))
      .map((name) => ({ ...otherKey(facts, [...parent, name]), range: cursor.range })),
  ];
}

function isChild(path: ConfigPath, parent: ConfigPath): boolean {
  return path.length === parent.length + 1 && pathKey(path.slice(0, -1)) === pathKey(parent);
}

/** Keys of the catalogue that may stand directly below a path; names that a person chooses are not among them. */
function keysBelow(path: ConfigPath): readonly KeyFacts[] {
  const children = nodeOf(dotted(path))?.children.values() ?? [];
  return [...children].flatMap(({ facts }) => facts ?? []);
}

/** An old name is understood but not offered. */
function isLegal({ appliesTo, renamedTo }: KeyFacts, backend: Backend | null): boolean {
  const { backends } = appliesTo;
  return renamedTo === null && (backends.length === 0 || backend === null || backends.includes(backend));
}

function keyCompletion(doc: KeyFacts, range: TextRange): Completion {
  const fallback = doc.default === null ? '' : ` = ${doc.default}`;
  return {
    label: doc.name,
    kind: 'key',
    detail: `${doc.type}${fallback}`,
    about: doc.meaning,
    insert: doc.kind === 'section' ? `${doc.name}:\n  $0` : `${doc.name}: $0`,
    range,
  };
}

function otherKey(facts: LanguageFacts, path: ConfigPath): Omit<Completion, 'range'> {
  const name = String(path.at(-1));
  const value = valueAt(facts.composed?.composed, path);
  if (name === 'defaults' && path.length === 1)
    return {
      label: name,
      kind: 'key',
      detail: 'list of layers',
      about: 'The layers below this one.',
      insert: 'defaults:\n  - $0',
    };
  const isSection = value?.kind === 'map' && value.entries.length > 0;
  return {
    label: name,
    kind: 'key',
    detail: value === undefined ? '' : isSection ? 'section' : `now ${briefText(value, 40)}`,
    about: 'Another layer gives this key.',
    insert: isSection ? `${name}:\n  $0` : `${name}: $0`,
  };
}

function completeValue(
  facts: LanguageFacts,
  file: string,
  cursor: Extract<Cursor, { kind: 'value' }>,
): readonly Completion[] {
  const path = [...mountOf(facts, file), ...cursor.path];
  const name = String(path.findLast((step) => typeof step === 'string'));
  if (name === 'evaluator_module_path') return completeEvaluator(facts, cursor);
  if (name.endsWith('module_path')) return completeCodeFile(facts, cursor);
  if (name === 'data_files') return completeDataFile(facts, cursor);
  const doc = factsOf(dotted(path));
  const values = doc?.type === 'true or false' ? ['true', 'false'] : (doc?.allowed ?? []);
  // a quote that is there already stays, and the values are told by the letters behind it
  const quote = /^["']/.exec(cursor.typed)?.[0] ?? '';
  const range = { start: cursor.range.start + quote.length, end: cursor.range.end };
  return values.map((value) => ({
    label: value,
    kind: 'value',
    detail: value === doc?.default ? 'default' : '',
    about: doc?.meaning ?? '',
    insert: value,
    range,
  }));
}

function completeInterpolation(
  facts: LanguageFacts,
  file: string,
  cursor: Extract<Cursor, { kind: 'interpolation' }>,
): readonly Completion[] {
  const { typed, range, owner } = cursor;
  const call = /^\s*([\w.]+):\s*/.exec(typed);
  if (call !== null) {
    const argument = { start: range.start + call[0].length, end: range.end };
    if (call[1] === 'oc.env') return variables(facts, argument);
    return call[1]?.startsWith('oc.') ? paths(facts, { file, owner, range: argument }) : [];
  }
  const resolvers = [...RESOLVERS.keys()]
    .filter((name) => name.startsWith(typed.trim()))
    .map((name) => ({
      label: `${name}:`,
      kind: 'resolver' as const,
      detail: 'resolver',
      about: RESOLVER_MEANING[name] ?? '',
      insert: `${name}:$0`,
      range,
    }));
  return [...paths(facts, { file, owner, range }), ...resolvers];
}

const RESOLVER_MEANING: Readonly<Record<string, string>> = {
  'oc.env': 'A variable of the environment: ${oc.env:NAME} or ${oc.env:NAME,fallback}.',
  'oc.select': 'A key that may be missing: ${oc.select:key,fallback}.',
  'oc.decode': 'Reads a text as a value, e.g. a number that a variable holds.',
  'oc.create': 'Makes a list or a map.',
  'oc.dict.keys': 'The keys of a map, as a list.',
  'oc.dict.values': 'The values of a map, as a list.',
  now: 'The time at which the recipe is composed.',
};

type PathQuestion = { readonly file: string; readonly owner: ConfigPath; readonly range: TextRange };

/** Keys of the configuration, one step at a time: what stands before the last dot is settled. */
function paths(facts: LanguageFacts, { file, owner, range }: PathQuestion): readonly Completion[] {
  const text = facts.layers[file] ?? '';
  const source = text.slice(range.start, range.end);
  const settled = source.slice(0, Math.max(source.lastIndexOf('.'), source.lastIndexOf('[')) + 1);
  const base = { start: range.start, end: range.start + settled.length };
  const parent = targetOf([...mountOf(facts, file), ...owner], stepsOf(text, base));
  if (parent === null) return [];
  const root = facts.composed?.composed;
  return namesBelow(valueAt(root, parent)).map((name) => {
    const value = valueAt(facts.composed?.resolved ?? root, [...parent, name]);
    const isSection = value?.kind === 'map';
    return {
      label: name,
      kind: 'reference',
      detail: value === undefined ? '' : isSection ? 'section' : briefText(value, 40),
      about: dotted([...parent, name]),
      insert: name,
      range: { start: base.end, end: range.end },
    };
  });
}

function variables({ env, layers, others }: LanguageFacts, range: TextRange): readonly Completion[] {
  const used = Object.values(layers).flatMap((text) => [
    ...text.matchAll(/\$\{oc\.env:[ \t]*([A-Za-z_]\w*)/g),
  ]);
  const exported = Object.entries(others)
    .filter(([file]) => file.endsWith('.env.sh'))
    .flatMap(([, text]) => [...text.matchAll(/^\s*export\s+([A-Za-z_]\w*)=/gm)]);
  const names = new Set([...Object.keys(env), ...[...used, ...exported].map((match) => match[1] ?? '')]);
  return [...names].toSorted().map((name) => ({
    label: name,
    kind: 'variable',
    detail: variableState(env, name),
    about: 'A variable of the environment in which Galley was started.',
    insert: name,
    range,
  }));
}

/** Of a secret only whether it is set. */
export function variableState(env: LanguageFacts['env'], name: string): string {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined) return 'not set';
  return typeof value === 'string' ? JSON.stringify(value) : 'set (secret)';
}
