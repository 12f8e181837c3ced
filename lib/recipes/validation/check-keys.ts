import type { Backend } from '@/lib/domain/run';
import type { ConfigView } from '../config-view';
import { isList, isMap } from '../config-view';
import { nearest } from '../nearest';
import { remember } from '../remember';
import { keyFacts, type KeyNode } from '../schema/catalogue';

/** What a walk over all keys of a configuration finds. */
export type KeyFinding = {
  readonly code: 'unknown-key' | 'wrong-value' | 'no-effect';
  readonly path: string;
  readonly message: string;
  /** For an unknown key: the one that was meant. */
  readonly meant: string | null;
};

export type KeyFacts = {
  readonly config: ConfigView;
  readonly backend: Backend;
  readonly trainer: string | null;
  readonly worker: string | null;
  /** Whether the variant's own layer sets the key: what shared layers carry for other variants is no mistake. */
  readonly isOwn: (path: string) => boolean;
};

/** Keys of recipes that stand at the top in many documents and belong elsewhere. */
const ELSEWHERE = new Map([['algorithm', 'trainer.algorithm']]);

/** Every key once: unknown ones, values that their reader would refuse, and keys that change nothing. */
export function checkKeys(root: KeyNode, facts: KeyFacts): readonly KeyFinding[] {
  const findings: KeyFinding[] = [];
  checkMap(root, facts.config.root, { facts, path: '', findings });
  return findings;
}

type Walk = { readonly facts: KeyFacts; readonly path: string; readonly findings: KeyFinding[] };

function checkMap(node: KeyNode, value: unknown, walk: Walk): void {
  if (isList(value)) {
    if (node.any !== null) {
      for (const [at, item] of value.entries())
        checkMap(node.any, item, { ...walk, path: `${walk.path}[${at}]` });
    }
    return;
  }
  if (!isMap(value) || '$secret' in value) return;
  for (const key of Object.keys(value)) {
    if (key.startsWith('_')) continue;
    const child = node.children.get(key) ?? node.any;
    if (child === null) walk.findings.push(unknownKey(node, key, pathBelow(walk.path, key)));
    else checkKey(child, value[key], { walk, key });
  }
}

/** A key below the section that a walk has come to; its path is put together only where it is needed. */
type Place = { readonly walk: Walk; readonly key: string };

function pathBelow(section: string, key: string): string {
  return section === '' ? key : `${section}.${key}`;
}

function checkKey(node: KeyNode, value: unknown, { walk, key }: Place): void {
  const { findings, facts } = walk;
  if (value === null || value === undefined) return;
  const idle = reasonWithoutEffect(node, { walk, key });
  if (idle !== null) {
    const path = pathBelow(walk.path, key);
    findings.push({ code: 'no-effect', path, message: `${path} has no effect: ${idle}.`, meant: null });
  }
  if (node.holds === 'value') checkValue(node, value, { walk, key });
  else if (isMap(value) || isList(value))
    checkMap(node, value, { facts, findings, path: pathBelow(walk.path, key) });
  else if (node.facts?.isReadByRun === false) {
    const path = pathBelow(walk.path, key);
    const message = `${path} must be a ${node.facts.type}.`;
    findings.push({ code: 'wrong-value', path, message, meant: null });
  }
}

/** The last plain value that a key's reader took: from one keystroke to the next nearly all of them stay. */
const taken = new WeakMap<KeyNode, unknown>();

function takes(node: KeyNode, value: unknown): boolean {
  if (node.strict === null || (typeof value !== 'object' && taken.get(node) === value)) return true;
  const isTaken = node.strict.safeParse(value).success;
  if (isTaken && typeof value !== 'object') taken.set(node, value);
  return isTaken;
}

/** What the run process reads is checked as it reads it; this is for the parts beside it. */
function checkValue(
  node: KeyNode,
  value: unknown,
  { walk: { findings, facts, path: section }, key }: Place,
): void {
  if (node.facts === null || node.facts.isReadByRun) return;
  const { backends } = node.facts.appliesTo;
  if (backends.length > 0 && !backends.includes(facts.backend)) return;
  if (takes(node, value)) return;
  const path = pathBelow(section, key);
  const { allowed, isOpen, type, range } = node.facts;
  const wanted = !isOpen ? `one of ${allowed.join(', ')}` : `${type}${range === null ? '' : ` ${range}`}`;
  findings.push({
    code: 'wrong-value',
    path,
    message: `${path} is ${JSON.stringify(value)}; it must be ${wanted}.`,
    meant: null,
  });
}

function unknownKey(node: KeyNode, key: string, path: string): KeyFinding {
  const { meant, hint } = hintsBelow(node)(key);
  return { code: 'unknown-key', path, message: `Unknown key ${path}: ${hint}`, meant };
}

type Hint = { readonly meant: string | null; readonly hint: string };

/** Unknown names that are remembered for each section; a recipe of thousands asks for all of them at every keystroke. */
const REMEMBERED = 5_000;
const hints = new WeakMap<KeyNode, (key: string) => Hint>();

function hintsBelow(node: KeyNode): (key: string) => Hint {
  const known = hints.get(node);
  if (known !== undefined) return known;
  const made = remember(REMEMBERED, (key) => {
    const meant = nearest(key, node.children.keys());
    return { meant, hint: hintFor(node, key, meant) };
  });
  hints.set(node, made);
  return made;
}

function hintFor(node: KeyNode, key: string, meant: string | null): string {
  const elsewhere = node.path === '' ? ELSEWHERE.get(key) : undefined;
  if (elsewhere !== undefined) return `it belongs under ${elsewhere}.`;
  if (meant !== null) return `did you mean ${meant}?`;
  const [only, ...more] = placesNamed(key);
  return only === undefined || more.length > 0
    ? 'nothing reads it.'
    : `nothing reads it here; ${only} has that name.`;
}

/** Name of one of today's keys → where it stands. */
const PLACES = new Map<string, string[]>();

/** Places of today's keys of that name, for one that stands in the wrong section. */
function placesNamed(name: string): readonly string[] {
  if (PLACES.size === 0) {
    for (const facts of keyFacts()) {
      if (facts.renamedTo !== null || facts.kind !== 'value') continue;
      const known = PLACES.get(facts.name);
      if (known === undefined) PLACES.set(facts.name, [facts.path]);
      else known.push(facts.path);
    }
  }
  return PLACES.get(name) ?? [];
}

function reasonWithoutEffect(node: KeyNode, { walk: { facts, path: section }, key }: Place): string | null {
  if (node.facts === null) return null;
  const idle = node.inert.find(({ when }) => when(facts.config, section));
  const isOwn = () => facts.isOwn(pathBelow(section, key));
  if (idle !== undefined) return node.holds === 'value' || isOwn() ? idle.because : null;
  if (node.holds !== 'value') return null;
  const reason = readElsewhere(node.facts.appliesTo, facts);
  // asked last: looking up a place costs more than all the rest
  return reason !== null && isOwn() ? reason : null;
}

function readElsewhere(
  { backends, trainers, workers }: NonNullable<KeyNode['facts']>['appliesTo'],
  { backend, trainer, worker }: KeyFacts,
): string | null {
  if (backends.length > 0 && !backends.includes(backend)) {
    return `only ${list(backends)} ${backends.length === 1 ? 'reads' : 'read'} it, and this variant runs on ${backend}`;
  }
  if (trainers.length > 0 && trainer !== null && !trainers.includes(trainer)) {
    return `only the trainer ${list(trainers)} reads it, and trainer.type is ${trainer}`;
  }
  if (workers.length > 0 && worker !== null && !workers.includes(worker)) {
    return `only the worker ${list(workers)} reads it, and rollout_worker.type is ${worker}`;
  }
  return null;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
