import { z } from 'zod';
import type { BuiltinArgs, BuiltinEvaluator } from './make-builtin';
import { pythonStrip } from './python-strip';
import { CommonArgs, readArgs } from './read-args';
import { truthTextOf } from './read-truth';

const Pattern = z.string().min(1);
const Args = z.strictObject({
  ...CommonArgs,
  pattern: Pattern,
  /** Takes the right answer out of its column, for data that store a whole solution there. */
  truth_pattern: Pattern.nullable().default(null),
  /** Letters of JavaScript: i, m, s, u. */
  flags: z
    .string()
    .regex(/^[imsu]*$/, 'may hold i, m, s and u')
    .default(''),
  /** A group by number or name; by default the first, or the whole match of a pattern without groups. */
  group: z
    .union([z.number().int().min(0), z.string()])
    .nullable()
    .default(null),
  which: z.enum(['first', 'last']).default('last'),
  ignore_case: z.boolean().default(false),
  /** 1,000 and 1000.0 are the same. */
  numeric: z.boolean().default(false),
});

/** 1 when what the pattern takes out of the answer is the right answer, else 0. */
export function regexMatch(args: BuiltinArgs): BuiltinEvaluator {
  const options = readArgs('regex', Args, args);
  const pattern = compiled(options.pattern, options.flags, 'pattern');
  const truthPattern =
    options.truth_pattern === null ? null : compiled(options.truth_pattern, options.flags, 'truth_pattern');
  return {
    evaluate: (data, { finalAnswer, isTruncated }) => {
      const stored = truthTextOf(data, options.answer_key);
      const groundTruth = truthPattern === null ? stored : extract(stored, truthPattern, options);
      if (groundTruth === null)
        throw new Error(`truth_pattern is not found in the right answer ${show(stored)}.`);
      const found = extract(finalAnswer, pattern, options);
      const isRight =
        found !== null && isSame(found, groundTruth, options) && !(options.zero_if_truncated && isTruncated);
      const reward = isRight ? 1 : 0;
      return {
        reward,
        groundTruth,
        metrics: { exact_match: reward, extracted: found === null ? 0 : 1 },
        extraInfo: { extracted: found },
      };
    },
  };
}

type Options = z.infer<typeof Args>;

function compiled(pattern: string, flags: string, name: string): RegExp {
  try {
    return new RegExp(pattern, `g${flags}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`builtin:regex cannot use evaluator_args.${name}. ${why}.`, { cause: error });
  }
}

function extract(text: string, pattern: RegExp, { group, which }: Options): string | null {
  const matches = [...text.matchAll(pattern)];
  const match = which === 'first' ? matches[0] : matches.at(-1);
  if (match === undefined) return null;
  if (typeof group === 'string') return match.groups?.[group] ?? null;
  return match[group ?? (match.length > 1 ? 1 : 0)] ?? null;
}

function isSame(found: string, truth: string, { ignore_case, numeric }: Options): boolean {
  const [left, right] = [pythonStrip(found), pythonStrip(truth)];
  if (numeric) {
    const [one, other] = [numberOf(left), numberOf(right)];
    if (one !== null && other !== null) return one === other;
  }
  return ignore_case ? left.toLowerCase() === right.toLowerCase() : left === right;
}

function numberOf(text: string): number | null {
  const plain = text.replace(/^\$/, '').replace(/(?<=\d),(?=\d{3})/g, '');
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
}

function show(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
