import { z } from 'zod';
import type { Backend } from '@/lib/domain/run';
import { segmentsOf } from '../config-view';
import { describeType } from './describe-type';
import { metaOf, type Inert, type Reader } from './key-meta';
import { RecipeSchema } from './recipe-schema';

/** What is known of one key, flat. */
export type KeyFacts = {
  /** `data.batch_size`; `*` stands for a free name or an index: `service.train_service.*.config.learning_rate`. */
  readonly path: string;
  readonly name: string;
  readonly kind: 'value' | 'section';
  /** In words: `whole number`, `text`, `list of text`, `section`. */
  readonly type: string;
  /** YAML, or words when it depends on others; null = none. */
  readonly default: string | null;
  /** A run cannot start without it. */
  readonly isRequired: boolean;
  /** Values as YAML; empty = open. */
  readonly allowed: readonly string[];
  /** Other values than `allowed` are taken, too. */
  readonly isOpen: boolean;
  /** `≥ 1`, `0 to 1`; null = any. */
  readonly range: string | null;
  readonly unit: string | null;
  readonly meaning: string;
  readonly readers: readonly Reader[];
  /** Each empty list means all. */
  readonly appliesTo: {
    readonly backends: readonly Backend[];
    readonly trainers: readonly string[];
    readonly workers: readonly string[];
  };
  /** YAML of values. */
  readonly examples: readonly string[];
  readonly isGalleys: boolean;
  /** What the run process of this version reads; other keys are for services, launchers and later versions. */
  readonly isReadByRun: boolean;
  readonly renamedTo: string | null;
  /** Combinations in which the key changes nothing; each reads after "Has no effect while ". */
  readonly noEffect: readonly string[];
};

/** A place in the schema: what is known there and what may stand below. */
export type KeyNode = {
  readonly path: string;
  readonly facts: KeyFacts | null;
  readonly inert: readonly Inert[];
  /** For a value: what the part that reads it takes. */
  readonly strict: z.ZodType | null;
  readonly children: ReadonlyMap<string, KeyNode>;
  /** Below any name, or any index. */
  readonly any: KeyNode | null;
  readonly holds: 'value' | 'map' | 'list';
};

const ROOT = buildNode(RecipeSchema, '');
const FACTS = collect(ROOT);

/** The place of every key, as a tree. */
export function keyTree(): KeyNode {
  return ROOT;
}

/** Every key and section, in the schema's order: a section before what it holds. */
export function keyFacts(): readonly KeyFacts[] {
  return FACTS;
}

/** The place of a config path such as `service.train_service.student.actor.optim.lr`; null = unknown. */
export function nodeOf(path: string): KeyNode | null {
  let node = ROOT;
  for (const segment of segmentsOf(path)) {
    const next = node.children.get(segment) ?? node.any;
    if (next === null) return null;
    node = next;
  }
  return node;
}

/** What is known of a config path; names and indexes of the config stand where the catalogue has `*`. */
export function factsOf(path: string): KeyFacts | null {
  return nodeOf(path)?.facts ?? null;
}

function buildNode(schema: z.core.$ZodType, path: string): KeyNode {
  const meta = metaOf(schema);
  const { holds, named, any } = childrenOf(unwrap(meta?.strict ?? schema));
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  return {
    path,
    facts: meta === undefined ? null : factsFrom(path, meta, holds),
    inert: meta?.inert ?? [],
    strict: holds === 'value' && meta !== undefined ? meta.strict : null,
    children: new Map(named.map(([name, child]) => [name, buildNode(child, below(name))])),
    any: any === null ? null : buildNode(any, below('*')),
    holds,
  };
}

function childrenOf(schema: z.core.$ZodType): {
  readonly holds: KeyNode['holds'];
  readonly named: readonly (readonly [string, z.core.$ZodType])[];
  readonly any: z.core.$ZodType | null;
} {
  if (schema instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
    return { holds: 'map', named: Object.entries(shape), any: null };
  }
  if (schema instanceof z.ZodRecord) return { holds: 'map', named: [], any: schema.valueType };
  if (schema instanceof z.ZodArray && unwrap(schema.element) instanceof z.ZodObject) {
    return { holds: 'list', named: [], any: schema.element };
  }
  return { holds: 'value', named: [], any: null };
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodCatch) return unwrap(schema.unwrap());
  return schema;
}

function factsFrom(
  path: string,
  meta: NonNullable<ReturnType<typeof metaOf>>,
  holds: KeyNode['holds'],
): KeyFacts {
  const isSection = holds !== 'value';
  const { backends = [], trainers = [], workers = [], examples = [], inert = [] } = meta;
  return {
    path,
    name: path.slice(path.lastIndexOf('.') + 1),
    kind: isSection ? 'section' : 'value',
    ...typeFacts(meta, holds),
    isRequired: meta.isRead && !isSection && !meta.strict.safeParse(undefined).success,
    unit: meta.unit ?? null,
    meaning: meta.meaning,
    readers: meta.readers,
    appliesTo: { backends, trainers, workers },
    examples,
    isGalleys: meta.isGalleys === true,
    isReadByRun: meta.isRead,
    renamedTo: meta.renamedTo ?? null,
    noEffect: inert.map(({ because }) => because),
  };
}

function typeFacts(
  meta: NonNullable<ReturnType<typeof metaOf>>,
  holds: KeyNode['holds'],
): Pick<KeyFacts, 'type' | 'default' | 'allowed' | 'isOpen' | 'range'> {
  if (holds !== 'value') {
    const type = holds === 'list' ? 'list of sections' : 'section';
    return { type, default: null, allowed: [], isOpen: true, range: null };
  }
  const described = describeType(meta.strict);
  const isOpen = described.allowed.length === 0;
  return {
    type: described.type,
    default: meta.fallback ?? described.default,
    allowed: isOpen ? (meta.allowed ?? []) : described.allowed,
    isOpen,
    range: described.range,
  };
}

function collect(node: KeyNode): readonly KeyFacts[] {
  const own = node.facts === null ? [] : [node.facts];
  const below = [...node.children.values(), ...(node.any === null ? [] : [node.any])];
  return [...own, ...below.flatMap(collect)];
}
