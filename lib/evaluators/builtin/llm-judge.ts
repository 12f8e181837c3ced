import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { BuiltinArgs, BuiltinEvaluator } from './make-builtin';
import { CommonArgs, readArgs } from './read-args';
import { truthTextOf, valueAt } from './read-truth';

const PROMPT = `You grade answers. Say whether the response gives the reference answer; wording and form do not matter.

Question:
{question}

Reference answer:
{answer}

Response:
{response}

Reply with JSON only: {"score": 1} if it does, {"score": 0} if it does not.`;

const Args = z.strictObject({
  ...CommonArgs,
  /** Base of an OpenAI-compatible API, with its /v1. */
  url: z.url(),
  model: z.string().min(1),
  /** Name of the environment variable or stored secret with the key; null sends none. */
  api_key_variable: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, 'names a variable; a key itself does not belong in a recipe')
    .nullable()
    .default(null),
  /** Has {question}, {answer}, {response}, and any column as {column}. */
  prompt: z.string().min(1).default(PROMPT),
  question_key: z.string().min(1).default('prompt'),
  /** The score in the judge's reply: the first group, a number or yes, true, no, false. By default JSON's `score`. */
  score_pattern: z.string().min(1).nullable().default(null),
  /** The best score that the judge gives; rewards are shares of it. */
  score_max: z.number().positive().default(1),
  temperature: z.number().min(0).default(0),
  max_tokens: z.number().int().positive().default(512),
  attempts: z.number().int().min(1).max(10).default(3),
  /** Read by the host: questions at once. */
  parallel: z.number().int().positive().optional(),
});
type Options = z.infer<typeof Args>;

const Reply = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

const FIRST_WAIT_MS = 500;

/**
 * A model's score, from 0 to 1. What the judge cannot be asked or does not answer fails the rollout: no reward is better
 * than a wrong one. `variables` holds the key; it is sent to `url` and nowhere else.
 */
export function llmJudge(
  args: BuiltinArgs,
  variables: Readonly<Record<string, string | undefined>>,
): BuiltinEvaluator {
  const options = readArgs('llm_judge', Args, args);
  const pattern = options.score_pattern === null ? null : new RegExp(options.score_pattern, 'i');
  const key = options.api_key_variable === null ? null : keyOf(options.api_key_variable, variables);
  return {
    evaluate: async (data, { finalAnswer, isTruncated }) => {
      const groundTruth = truthTextOf(data, options.answer_key);
      if (options.zero_if_truncated && isTruncated) return { reward: 0, groundTruth };
      const prompt = filled(options, data, { answer: groundTruth, response: finalAnswer });
      const reply = await ask(options, key, prompt);
      const reward = scoreOf(reply, pattern, options.score_max);
      return { reward, groundTruth, metrics: { judge_score: reward }, extraInfo: { judge_reply: reply } };
    },
  };
}

function keyOf(name: string, variables: Readonly<Record<string, string | undefined>>): string {
  const key = variables[name] ?? '';
  if (key !== '') return key;
  throw new Error(
    `builtin:llm_judge needs ${name} (evaluator_args.api_key_variable), which is not set. Set it in the environment or with galley secrets set ${name}.`,
  );
}

/** One pass, so that braces in an answer are not read as places to fill. */
function filled(
  { prompt, question_key }: Options,
  data: Readonly<Record<string, unknown>>,
  known: Readonly<Record<string, string>>,
): string {
  return prompt.replace(/\{([\w.]+)\}/g, (place, name: string) => {
    const value = known[name] ?? valueAt(data, name === 'question' ? question_key : name);
    if (value === undefined) return place;
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

async function ask(options: Options, key: string | null, prompt: string): Promise<string> {
  const { url, model, temperature, max_tokens, attempts } = options;
  const body = JSON.stringify({
    model,
    temperature,
    max_tokens,
    messages: [{ role: 'user', content: prompt }],
  });
  const headers = {
    'content-type': 'application/json',
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
  };
  let problem = '';
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await delay(FIRST_WAIT_MS * 2 ** (attempt - 1));
    try {
      const response = await fetch(`${url.replace(/\/$/, '')}/chat/completions`, {
        method: 'POST',
        headers,
        body,
      });
      if (response.ok) return contentOf(await response.json());
      problem = `HTTP ${response.status}`;
      // what is refused once is refused again
      if (response.status < 500 && response.status !== 429 && response.status !== 408) break;
    } catch (error) {
      problem = error instanceof Error ? [error.message, causeOf(error)].join(' ').trim() : String(error);
    }
  }
  throw new Error(`The judge ${model} at ${url} gave no answer: ${problem}.`);
}

function contentOf(reply: unknown): string {
  const parsed = Reply.safeParse(reply);
  const content = parsed.success ? parsed.data.choices[0]?.message.content : undefined;
  if (content === undefined) throw new Error('its reply is no chat completion');
  return content;
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? `(${error.cause.message})` : '';
}

const WORDS: Readonly<Record<string, number>> = {
  yes: 1,
  true: 1,
  correct: 1,
  no: 0,
  false: 0,
  incorrect: 0,
};

function scoreOf(reply: string, pattern: RegExp | null, max: number): number {
  const text = pattern === null ? jsonScore(reply) : (pattern.exec(reply)?.[1] ?? null);
  const word = text === null ? undefined : WORDS[text.trim().toLowerCase()];
  const score = word === undefined ? Number(text ?? Number.NaN) / max : word;
  if (text !== null && text.trim() !== '' && score >= 0 && score <= 1) return score;
  const shown = reply.length > 200 ? `${reply.slice(0, 200)}…` : reply;
  throw new Error(`The judge's reply has no score from 0 to ${max}: ${JSON.stringify(shown)}.`);
}

/** `score` (or `judge`) of the last JSON object in the reply, fenced or not. */
function jsonScore(reply: string): string | null {
  const objects = [...reply.matchAll(/\{[^{}]*\}/g)];
  for (const [object] of objects.toReversed()) {
    const parsed = z
      .object({ score: z.union([z.number(), z.boolean(), z.string()]) })
      .or(z.object({ judge: z.union([z.boolean(), z.string()]) }))
      .safeParse(parseJson(object));
    if (parsed.success) return String('score' in parsed.data ? parsed.data.score : parsed.data.judge);
  }
  return null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
