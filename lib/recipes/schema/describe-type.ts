import { z } from 'zod';

export type TypeFacts = {
  readonly type: string;
  /** YAML of the values; empty = open. */
  readonly allowed: readonly string[];
  readonly default: string | null;
  readonly range: string | null;
};

const WORDS: Readonly<Record<string, string>> = {
  integer: 'whole number',
  number: 'number',
  string: 'text',
  boolean: 'true or false',
  object: 'section',
  array: 'list',
  null: 'null',
};

type JsonSchema = Readonly<Record<string, unknown>>;

/** A zod type in the words of somebody who writes YAML. */
export function describeType(schema: z.ZodType): TypeFacts {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return {
    type: [...new Set(typesOf(json))].join(' or '),
    allowed: [...new Set(allowedIn(json))],
    default: 'default' in json ? JSON.stringify(json.default) : null,
    range: rangeOf(json),
  };
}

function typesOf(json: JsonSchema): readonly string[] {
  const parts = alternatives(json);
  if (parts.length > 0) return parts.flatMap(typesOf);
  if (isSecretMark(json)) return [];
  const types = Array.isArray(json.type) ? json.type : [json.type];
  return types.map((type) => {
    if (type === 'array' && isSchema(json.items) && !isEmpty(json)) {
      return `list of ${typesOf(json.items).join(' or ')}`;
    }
    return isEmpty(json) ? 'empty list' : (WORDS[String(type)] ?? 'any value');
  });
}

function allowedIn(json: JsonSchema): readonly string[] {
  const parts = alternatives(json);
  if (parts.length > 0) return parts.flatMap(allowedIn);
  if (isSchema(json.items)) return allowedIn(json.items);
  return Array.isArray(json.enum) ? json.enum.map(String) : [];
}

function rangeOf(json: JsonSchema): string | null {
  const parts = alternatives(json).map(rangeOf);
  if (parts.length > 0) return parts.find((part) => part !== null) ?? null;
  const { minimum, exclusiveMinimum, maximum, multipleOf } = json;
  const isWhole = json.type === 'integer';
  const from = lowest(minimum, exclusiveMinimum, isWhole);
  const bounded = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER;
  const span = bounded ? `${typeof minimum === 'number' ? minimum : ''} to ${maximum}` : from;
  const step = typeof multipleOf === 'number' && multipleOf !== 1 ? `a multiple of ${multipleOf}` : null;
  return [step, span].filter((part) => part !== null).join(', ') || null;
}

function lowest(minimum: unknown, exclusive: unknown, isWhole: boolean): string | null {
  if (typeof exclusive === 'number') return isWhole ? `≥ ${exclusive + 1}` : `> ${exclusive}`;
  return typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER ? `≥ ${minimum}` : null;
}

function alternatives({ anyOf }: JsonSchema): readonly JsonSchema[] {
  return Array.isArray(anyOf) ? anyOf.filter(isSchema) : [];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(json: JsonSchema): boolean {
  return json.maxItems === 0;
}

/** How a value appears that only the run process may see: people write a text. */
function isSecretMark({ properties }: JsonSchema): boolean {
  return isSchema(properties) && '$secret' in properties;
}
