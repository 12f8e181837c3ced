import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConversationTurn } from '@/lib/domain/conversation';
import { openDatabase } from '@/lib/db/open-database';
import { readEnv } from '@/lib/env';
import { claimRun } from '@/lib/run-store/claim-run';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { openRunWriter } from '@/lib/run-store/open-run-writer';
import { aNewRun, aNewTrajectory, aTrajectoryBody } from '@/lib/testing/builders';
import { findPython } from '@/scripts/find-python.mjs';
import { expect, test } from './fixtures';
import { SMALL_RUN } from './run-page';

const python = await findPython();

test('a recipe whose evaluator is Python is launched, and its rollouts are read', async ({ page }) => {
  test.skip(python === null, 'There is no Python here.');
  await page.goto('/recipes/my_task?variant=embedded');
  const evaluator = 'rollout_worker.evaluator_module_path=agent_workspace/evaluator.py:MyTaskEvaluator';
  const overrides = page.getByRole('textbox', { name: 'Overrides' });
  await overrides.fill([evaluator, 'trainer.total_train_steps=2', ...SMALL_RUN].join(' '));
  await page.getByRole('button', { name: /^Launch on/ }).click();
  const sheet = page.getByRole('dialog');
  await expect(
    sheet.getByText(/evaluator\.py:MyTaskEvaluator loads and scores the first 8 rows/),
  ).toBeVisible({
    timeout: 30_000,
  });
  await sheet.getByRole('button', { name: /^Launch on/ }).click();
  await page.waitForURL(/\/runs\/1$/, { timeout: 60_000 });
  await page.goto('/runs/1/rollouts');
  const rollouts = page.getByRole('list', { name: 'Rollouts' });
  await expect(rollouts.getByRole('button').first()).toBeVisible({ timeout: 60_000 });
  const reward = page.getByRole('region', { name: 'Reward', exact: true });
  await expect(reward).toContainText('answer_length');
  await expect(page.getByRole('region', { name: 'Added by the evaluator' })).toContainText('agent_answer');
});

const texts = (text: string): string[] => Array.from(text);
const THOUGHT = '<think>The product is too large to guess.</think>';
const CALL = '[calc(e="37*46")]';
const ANSWER = '1702';

/** What a tool-using agent did, with all that a page has to show of it. */
function conversation(): { turns: ConversationTurn[]; body: ReturnType<typeof aTrajectoryBody> } {
  const parts = [
    { text: 'user: 37*46=\n', trained: 0 },
    { text: THOUGHT + CALL, trained: 1 },
    { text: 'tool: 1702\n', trained: 0 },
    { text: ANSWER, trained: 1 },
  ];
  const tokenTexts = parts.flatMap(({ text }) => texts(text));
  const lossMask = parts.flatMap(({ text, trained }) => texts(text).map(() => trained));
  const startOf = (index: number): number =>
    parts.slice(0, index).reduce((sum, { text }) => sum + text.length, 0);
  const span = (index: number) => ({
    sequence: 0,
    start: startOf(index),
    end: startOf(index) + (parts[index]?.text.length ?? 0),
  });
  const rows = Array.from({ length: 60 }, (_, row) => ({ row, product: row * 46 }));
  const turns: ConversationTurn[] = [
    { role: 'system', content: 'It is 2026-11-23. Use the calculator.' },
    { role: 'user', content: '37*46=' },
    {
      role: 'assistant',
      content: THOUGHT,
      toolCalls: [
        { id: 'a', name: 'calc', arguments: '{"e":"37*46"}' },
        { id: 'b', name: 'table', arguments: '{"of":46}' },
        { id: 'c', name: 'calc', arguments: '{"e":"37 times 46"}' },
        {
          id: 'd',
          name: 'helper',
          arguments: '{"message":"Is 1702 right? Please work it out step by step, and say why."}',
        },
      ],
      span: span(1),
    },
    { role: 'tool', toolCallId: 'a', name: 'calc', outcome: 'ok', content: '1702' },
    { role: 'tool', toolCallId: 'b', name: 'table', outcome: 'ok', content: JSON.stringify(rows) },
    {
      role: 'tool',
      toolCallId: 'c',
      name: 'calc',
      outcome: 'error',
      content: 'Error: calc: "37 times 46" is not an expression such as 37*46',
    },
    { role: 'user', content: 'Is 1702 right?', agent: ['helper'] },
    { role: 'assistant', content: 'It is.', toolCalls: [], span: null, agent: ['helper'] },
    { role: 'tool', toolCallId: 'd', name: 'helper', outcome: 'ok', content: 'It is.' },
    { role: 'assistant', content: ANSWER, toolCalls: [], span: span(3) },
  ];
  const body = aTrajectoryBody({
    prompt: '37*46=',
    completion: ANSWER,
    groundTruth: ANSWER,
    turns,
    sequences: [
      {
        tokens: tokenTexts.map((text) => text.charCodeAt(0)),
        tokenTexts,
        lossMask,
        logprobs: lossMask.map((bit, index) => (bit === 1 ? -((index * 7) % 30) / 10 : 0)),
        weightVersions: lossMask.map(() => 3),
      },
    ],
    metrics: { exact_match: 1, called_tool: 1 },
  });
  return { turns, body };
}

test('the turns of an agent are read: calls with arguments and results, errors, reasoning, what is trained on', async ({
  page,
  galley,
}) => {
  const url = `file:${galley.databaseFile}`;
  const db = await openDatabase({ url });
  const run = await createRunStore(db).create(aNewRun({ recipe: 'calculator', name: 'calculator embedded' }));
  const { attempt } = await claimRun(db, { runId: run.id });
  const worker = path.join(readEnv().root, '.galley-build/lib/run-store/writer-worker.mjs');
  const writer = await openRunWriter({ databaseUrl: url, attempt, workerUrl: pathToFileURL(worker) });
  const { body } = conversation();
  const row = aNewTrajectory({
    body,
    promptPreview: '37*46=',
    completionPreview: ANSWER,
    promptTokens: 13,
    completionTokens: 70,
  });
  const rows = [row, aNewTrajectory({ ...row, sample: 1, reward: 0, advantage: -0.5 })];
  writer.trajectories(0, { validation: false, failed: 0, rows });
  await writer.close();
  await db.$disconnect();

  await page.goto('/runs/1/rollouts');
  const turn = (name: string) => page.getByRole('listitem', { name });
  await expect(turn('Turn 2, user')).toContainText('37*46=');
  const model = turn('Turn 3, assistant');
  const calls = model.getByRole('region');
  await expect(calls).toHaveCount(4);
  await expect(calls.nth(0)).toContainText('{"e":"37*46"}');
  await expect(calls.nth(0)).toContainText('1702');
  await expect(calls.nth(2).getByText('error', { exact: true })).toBeVisible();

  await expect(model.getByText('too large to guess')).toBeHidden();
  await page.getByRole('button', { name: 'Plain text' }).click();
  await model.getByText(/^Reasoning, \d+ characters$/).click();
  await expect(model.getByText('The product is too large to guess.')).toBeVisible();
  await calls
    .nth(1)
    .getByRole('button', { name: /^Show all \d+ lines/ })
    .click();
  await expect(calls.nth(1)).toContainText('2714');

  await calls.nth(3).getByText('What helper did, 2 turns, not trained on').click();
  await expect(page.getByRole('listitem', { name: 'Turn 2 of helper, assistant' })).toContainText('It is.');

  await page.getByRole('button', { name: 'Trained on' }).click();
  await expect(page).toHaveURL(/color=mask/);
  const tokens = turn('Turn 4, assistant').getByRole('group', { name: /^Tokens of the completion/ });
  await tokens.focus();
  await page.keyboard.press('ArrowRight');
  await expect(turn('Turn 4, assistant')).toContainText(/token 1 of 4 · “1”/);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
});
