import type { DataRow } from '@/lib/datasets/dataset';
import type { EvaluationTarget } from '@/lib/evaluators/api';
import type { Env } from '@/lib/env';
import { evaluatorOf } from '@/lib/recipes/evaluator-of';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import type { RunVariables } from '@/lib/secrets/code-environment';
import { AppError } from '@/lib/shared/app-error';
import type { PreflightCheck } from './launch';
import { openEvaluator, referenceAnswer } from './open-evaluator';

const ABOUT = { id: 'evaluator', title: 'Evaluator', path: 'rollout_worker.evaluator_module_path' } as const;

/** What recipe code is tried with before a launch. */
export type CodeFacts = {
  readonly config: RecipeConfig;
  /** The first ones of the training data; none when it cannot be read. */
  readonly rows: readonly DataRow[];
  readonly variables: RunVariables;
};

type Verdict = Pick<PreflightCheck, 'status' | 'detail'>;

/** The evaluator's file and class load, and score the first rows of the training data in time and with finite rewards. */
export async function checkEvaluator(env: Env, entry: string, facts: CodeFacts): Promise<PreflightCheck> {
  try {
    return { ...ABOUT, ...(await judge(env, entry, facts)) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...ABOUT, status: 'failed', detail: error.message };
  }
}

/** The right answer; of an agent, with the shortest conversation that leads to it. */
function targetOf(config: RecipeConfig, row: DataRow): EvaluationTarget {
  const answer = { finalAnswer: referenceAnswer(config, row), isTruncated: false };
  if (config.rollout_worker.type !== 'nexau') return answer;
  const prompt = row[config.data.prompt_key];
  const asked = { role: 'user', content: typeof prompt === 'string' ? prompt : '' } as const;
  const said = { role: 'assistant', content: answer.finalAnswer, toolCalls: [], span: null } as const;
  return { ...answer, observation: [asked, said] };
}

async function judge(env: Env, entry: string, { config, rows, variables }: CodeFacts): Promise<Verdict> {
  const { type } = config.rollout_worker;
  const named = evaluatorOf(config.rollout_worker);
  if (named === null && type === 'mock')
    return { status: 'passed', detail: 'The mock worker makes rewards up.' };
  const { host } = await openEvaluator(env, entry, { config, variables, onLog: () => undefined });
  try {
    if (rows.length === 0) return { status: 'passed', detail: `${named} loads.` };
    const rewards: number[] = [];
    for (const [index, row] of rows.entries()) {
      const target = targetOf(config, row);
      // The host keeps the time limit: a call that hangs is an outcome, too.
      const outcome = await host.evaluate({ data: row, target }, new AbortController().signal);
      if (!outcome.ok) {
        const which = index === 0 ? 'the first row' : `row ${index + 1}`;
        const detail = `${named} fails on ${which} of the training data: ${outcome.message}`;
        return { status: 'failed', detail };
      }
      rewards.push(outcome.reward);
    }
    return { status: 'passed', detail: `${named} loads and scores ${scoredWords(rewards)}.` };
  } finally {
    await host.close();
  }
}

function scoredWords(rewards: readonly number[]): string {
  if (rewards.length === 1) return `the first row with ${rewards[0] ?? 0}`;
  const [least, most] = [Math.min(...rewards), Math.max(...rewards)];
  const range = least === most ? `with ${most}` : `with ${least} to ${most}`;
  return `the first ${rewards.length} rows ${range}`;
}
