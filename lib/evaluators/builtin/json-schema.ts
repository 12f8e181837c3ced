import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import type { BuiltinArgs, BuiltinEvaluator } from './make-builtin';
import { CommonArgs, readArgs } from './read-args';
import { valueAt } from './read-truth';

const Schema = z.union([z.record(z.string(), z.unknown()), z.boolean()]);
const Args = z
  .strictObject({
    zero_if_truncated: CommonArgs.zero_if_truncated,
    schema: Schema.nullable().default(null),
    /** Column with each row's own schema: an object, or JSON in a text. */
    schema_key: z.string().min(1).nullable().default(null),
    /** The whole answer is the JSON; else a fenced block, or the first object or array, will do. */
    strict: z.boolean().default(false),
    /** For JSON that the schema refuses. */
    reward_parsed: z.number().default(0),
  })
  .refine(({ schema, schema_key }) => (schema === null) !== (schema_key === null), {
    message: 'name one of schema and schema_key',
  });

/** 1 for JSON that a schema (draft 2020-12; formats are not looked at) accepts. */
export function jsonSchema(args: BuiltinArgs): BuiltinEvaluator {
  const options = readArgs('json_schema', Args, args);
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true, addUsedSchema: false });
  const compile = (schema: z.infer<typeof Schema>): ReturnType<typeof ajv.compile> => {
    try {
      return ajv.compile(schema);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`builtin:json_schema cannot use the schema: ${why}.`, { cause: error });
    }
  };
  const fixed = options.schema === null ? null : compile(options.schema);
  return {
    evaluate: (data, { finalAnswer, isTruncated }) => {
      const validate = fixed ?? compile(schemaOf(data, options.schema_key ?? ''));
      const found = jsonIn(finalAnswer, options.strict);
      if (found === null) return { reward: 0, metrics: NO_JSON, extraInfo: { problems: ['no JSON'] } };
      const isValid = validate(found.value);
      const problems = (validate.errors ?? []).map(describe).slice(0, MAX_PROBLEMS);
      const earned = isValid ? 1 : options.reward_parsed;
      return {
        reward: options.zero_if_truncated && isTruncated ? 0 : earned,
        metrics: { json_parsed: 1, schema_valid: isValid ? 1 : 0 },
        extraInfo: isValid ? {} : { problems },
      };
    },
  };
}

const NO_JSON = { json_parsed: 0, schema_valid: 0 };
const MAX_PROBLEMS = 20;

function describe({
  instancePath,
  message = 'is not valid',
}: {
  instancePath: string;
  message?: string;
}): string {
  return `${instancePath === '' ? 'the value' : instancePath} ${message}`;
}

function schemaOf(data: Readonly<Record<string, unknown>>, key: string): z.infer<typeof Schema> {
  const stored = valueAt(data, key);
  const parsed = Schema.safeParse(typeof stored === 'string' ? parseJson(stored)?.value : stored);
  if (parsed.success) return parsed.data;
  throw new Error(`The row has no JSON schema in ${key} (evaluator_args.schema_key).`);
}

type Found = { readonly value: unknown };

function jsonIn(text: string, strict: boolean): Found | null {
  const whole = parseJson(text);
  if (whole !== null || strict) return whole;
  for (const [, block = ''] of text.matchAll(/```(?:json)?\s*\n([^]*?)```/g)) {
    const found = parseJson(block);
    if (found !== null) return found;
  }
  const start = text.search(/[[{]/);
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
  return start === -1 ? null : parseJson(text.slice(start, end + 1));
}

function parseJson(text: string): Found | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}
