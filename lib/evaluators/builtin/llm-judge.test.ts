import { createServer, type IncomingMessage } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { llmJudge } from './llm-judge';

type Answer = { readonly status?: number; readonly content?: string };
const Asked = z.object({ model: z.string(), messages: z.array(z.object({ content: z.string() })) });

let close = (): void => undefined;
afterEach(() => close());

/** A judge on this machine that gives the answers in turn, and remembers what it was asked. */
async function judgeOf(...answers: readonly Answer[]) {
  const asked: { readonly prompt: string; readonly authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { messages } = Asked.parse(JSON.parse(body));
      asked.push({ prompt: messages[0]?.content ?? '', authorization: request.headers.authorization });
      const { status = 200, content = '' } = answers[asked.length - 1] ?? {};
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content } }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => void server.close();
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/v1`, asked };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

const evaluate = async (args: Record<string, unknown>, variables = {}) =>
  llmJudge({ model: 'm', ...args }, variables).evaluate(
    { prompt: 'Capital of France?', answer: 'Paris' },
    { finalAnswer: 'It is {answer} Paris', isTruncated: false },
  );

test('the judge is asked with question, answer and response, and its score is the reward', async () => {
  const judge = await judgeOf({ content: 'Right.\n```json\n{"score": 1}\n```' });
  const result = await evaluate({ url: judge.url, api_key_variable: 'JUDGE_KEY' }, { JUDGE_KEY: 'sk-1' });
  expect(result).toMatchObject({ reward: 1, groundTruth: 'Paris', metrics: { judge_score: 1 } });
  expect(judge.asked[0]?.authorization).toBe('Bearer sk-1');
  expect(judge.asked[0]?.prompt).toContain('Question:\nCapital of France?');
  // what stands in an answer is never filled in
  expect(judge.asked[0]?.prompt).toContain('Response:\nIt is {answer} Paris');
});

test.each([
  ['{"score": 0}', {}, 0],
  ['{"score": 7}', { score_max: 10 }, 0.7],
  ['{"judge": true}', {}, 1],
  ['Verdict: NO', { score_pattern: 'verdict: (yes|no)' }, 0],
  ['Rating: 4/5', { score_pattern: 'rating: (\\d+)', score_max: 5 }, 0.8],
])('%s with %j is %d', async (content, args, reward) => {
  const judge = await judgeOf({ content });
  expect((await evaluate({ url: judge.url, ...args })).reward).toBe(reward);
});

test('a judge that is busy is asked again', async () => {
  const judge = await judgeOf({ status: 429 }, { content: '{"score": 1}' });
  expect((await evaluate({ url: judge.url })).reward).toBe(1);
  expect(judge.asked).toHaveLength(2);
});

test('what is no score fails the rollout with what the judge said', async () => {
  const judge = await judgeOf({ content: 'I would rather not say' });
  await expect(evaluate({ url: judge.url })).rejects.toThrow(
    'no score from 0 to 1: "I would rather not say"',
  );
  const high = await judgeOf({ content: '{"score": 11}' });
  await expect(evaluate({ url: high.url, score_max: 10 })).rejects.toThrow('no score from 0 to 10');
});

test('a refusal and a dead server fail the rollout, and no key is in the message', async () => {
  const judge = await judgeOf({ status: 401 });
  const failure = evaluate({ url: judge.url, api_key_variable: 'JUDGE_KEY' }, { JUDGE_KEY: 'sk-secret' });
  await expect(failure).rejects.toThrow(`The judge m at ${judge.url} gave no answer: HTTP 401.`);
  await expect(failure).rejects.not.toThrow('sk-secret');
  expect(judge.asked).toHaveLength(1);
  await expect(evaluate({ url: 'http://127.0.0.1:1/v1', attempts: 1 })).rejects.toThrow(
    'gave no answer: fetch failed',
  );
});
