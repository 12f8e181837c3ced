import { z } from 'zod';
import type { BuiltinArgs, BuiltinEvaluator } from './make-builtin';
import { pythonStrip } from './python-strip';
import { CommonArgs, readArgs } from './read-args';
import { truthTextOf } from './read-truth';
import { similarity } from './similarity';

const Args = z.strictObject({
  ...CommonArgs,
  threshold: z.number().min(0).max(1).default(0.8),
  ignore_case: z.boolean().default(true),
  /** The similarity itself is the reward. */
  graded: z.boolean().default(false),
});

/** 1 when the answer resembles the right one by `threshold` or more, measured as Python's SequenceMatcher does. */
export function fuzzyMatch(args: BuiltinArgs): BuiltinEvaluator {
  const { answer_key, zero_if_truncated, threshold, ignore_case, graded } = readArgs(
    'fuzzy_match',
    Args,
    args,
  );
  const plain = (text: string): string => pythonStrip(ignore_case ? text.toLowerCase() : text);
  return {
    evaluate: (data, { finalAnswer, isTruncated }) => {
      const groundTruth = truthTextOf(data, answer_key);
      const [answer, truth] = [plain(finalAnswer), plain(groundTruth)];
      const ratio = similarity(answer, truth);
      const earned = graded ? ratio : ratio >= threshold ? 1 : 0;
      return {
        reward: zero_if_truncated && isTruncated ? 0 : earned,
        groundTruth,
        metrics: { similarity: ratio, exact_match: answer === truth ? 1 : 0 },
      };
    },
  };
}
