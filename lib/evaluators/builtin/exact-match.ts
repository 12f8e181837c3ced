import { z } from 'zod';
import type { BuiltinArgs, BuiltinEvaluator } from './make-builtin';
import { pythonStrip } from './python-strip';
import { CommonArgs, readArgs } from './read-args';
import { truthTextOf } from './read-truth';

const Args = z.strictObject({
  ...CommonArgs,
  strip: z.boolean().default(true),
  ignore_case: z.boolean().default(false),
});

/** 1 for the very text of the right answer, else 0. */
export function exactMatch(args: BuiltinArgs): BuiltinEvaluator {
  const { answer_key, zero_if_truncated, strip, ignore_case } = readArgs('exact_match', Args, args);
  const same = (text: string): string => {
    const stripped = strip ? pythonStrip(text) : text;
    return ignore_case ? stripped.toLowerCase() : stripped;
  };
  return {
    evaluate: (data, { finalAnswer, isTruncated }) => {
      const truth = truthTextOf(data, answer_key);
      const isRight = same(finalAnswer) === same(truth) && !(zero_if_truncated && isTruncated);
      const reward = isRight ? 1 : 0;
      return { reward, groundTruth: truth, metrics: { exact_match: reward } };
    },
  };
}
