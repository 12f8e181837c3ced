import { z } from 'zod';
import type { BuiltinArgs, BuiltinEvaluator } from '../make-builtin';
import { CommonArgs, readArgs } from '../read-args';
import { truthOf } from '../read-truth';
import { boxedAnswer } from './boxed-answer';
import { createSameAnswer } from './same-answer';
import { solutionOf } from './solution';

const Args = z.strictObject({
  ...CommonArgs,
  reward_correct: z.number().default(1),
  /** For an answer in a box that is wrong: it learns the form first. */
  reward_boxed: z.number().default(0.1),
  reward_no_answer: z.number().default(0),
  /** 2/4 is not 1/2, and 4/2 is not 2. */
  simplest_form: z.boolean().default(true),
});

/** The answer in the last `\boxed{…}` against one right answer or several, by value where writing does not decide. */
export function mathMatch(args: BuiltinArgs): BuiltinEvaluator {
  const options = readArgs('math', Args, args);
  const same = createSameAnswer({ simplestForm: options.simplest_form });
  return {
    evaluate: (data, { finalAnswer, isTruncated }) => {
      const truths = truthsOf(truthOf(data, options.answer_key));
      const groundTruth = truths.join(' | ');
      const solution = options.zero_if_truncated && isTruncated ? null : solutionOf(data, finalAnswer);
      const answer = solution === null ? null : boxedAnswer(solution);
      const isRight = answer !== null && truths.some((truth) => same(answer, truth));
      const wrong = answer === null ? options.reward_no_answer : options.reward_boxed;
      return {
        reward: isTruncated && options.zero_if_truncated ? 0 : isRight ? options.reward_correct : wrong,
        groundTruth,
        metrics: { correct: isRight ? 1 : 0, format_correct: answer === null ? 0 : 1 },
        extraInfo: { extracted_answer: answer },
      };
    },
  };
}

/** Each right answer; a whole solution stands for what is in its last box. */
function truthsOf(stored: unknown): readonly string[] {
  const truths = (Array.isArray(stored) ? stored : [stored]).flatMap((truth: unknown) => {
    const text = typeof truth === 'string' ? truth : JSON.stringify(truth);
    if (!text.includes(String.raw`\boxed`)) return [text];
    const boxed = boxedAnswer(text);
    return boxed === null ? [] : [boxed];
  });
  if (truths.length > 0) return truths;
  throw new Error(
    'The row has a right answer without a text: a \\boxed that never closes, or an empty list.',
  );
}
