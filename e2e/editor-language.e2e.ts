import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { activeLine, lines, openFile, openWords, putCursor, writeWords } from './studio-editor';

/** Types at the end of the line that holds a text, and asks what may stand there. */
async function ask(page: Page, after: string, typed: string): Promise<void> {
  await putCursor(page, after);
  await page.keyboard.press('End');
  await page.keyboard.type(typed);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Space');
}

test('completion offers what may stand at each place, and takes over what is chosen', async ({
  page,
  galley,
}) => {
  await writeWords(galley, (text) =>
    text.replace('"embedded_grpo"', '"embedded_grpo"\n  note: ${oc.env:JOURNEY_NOTE}'),
  );
  await openWords(page, 'embedded.yaml');
  const widget = page.locator('.suggest-widget.visible');
  const offers = (label: string | RegExp) =>
    expect(widget.getByRole('option', { name: label }).first()).toBeVisible();

  await test.step('keys that the backend reads, by the section of the line', async () => {
    await ask(page, 'batch_size', '\nrollout_rep');
    await offers(/^rollout_repeat_n/);
    await page.keyboard.press('Enter');
    await page.keyboard.type('4');
    await expect(lines(page).filter({ hasText: /rollout_repeat_n:\s4/ })).toHaveCount(1);
    await page.keyboard.press('Escape');
    await ask(page, 'rollout_repeat_n', '\nshuff');
    await offers(/^shuffle/);
    await expect(widget).not.toContainText('tensor_parallel');
    await page.keyboard.press('Enter');
  });
  await test.step('values that the key may have', async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Space');
    await offers(/^true/);
    await offers(/^false/);
    await page.keyboard.type('t');
    await page.keyboard.press('Enter');
    await expect(lines(page).filter({ hasText: /shuffle:\strue/ })).toHaveCount(1);
  });
  await test.step('paths and variables inside an interpolation', async () => {
    await ask(page, 'context: 32', '\nheads: ${data.max_r');
    await offers(/^max_response_length/);
    await page.keyboard.press('Enter');
    await expect(lines(page).filter({ hasText: '${data.max_response_length' })).toHaveCount(2);
    await page.keyboard.press('Escape');
    await ask(page, 'JOURNEY_NOTE', '\nother: ${oc.env:JOUR');
    await offers(/^JOURNEY_NOTE/);
    await expect(widget).toContainText('not set');
    await page.keyboard.press('Escape');
  });
  await test.step('layers that the defaults list can name', async () => {
    await ask(page, '- common', '\n- embedded_');
    await offers(/^embedded_small/);
  });
});

test('hover, definitions and references lead through the layers', async ({ page, galley }) => {
  await writeWords(galley);
  await openWords(page, 'embedded.yaml');
  const hover = page.locator('.monaco-hover:visible');
  const word = (text: string) => lines(page).locator('span > span', { hasText: text }).first();

  await test.step('a remark behind a value says what it comes to and whom it beats', async () => {
    await expect(lines(page).filter({ hasText: /max_tokens.*=\s12/ })).toHaveCount(1);
    await expect(lines(page).filter({ hasText: /batch_size:\s32.*overrides\scommon\.yaml:7/ })).toHaveCount(
      1,
    );
  });
  await test.step('hover explains a key and shows what a reference comes to, with its layer', async () => {
    await word('batch_size').hover();
    await expect(hover).toContainText('Prompts per step');
    await expect(hover).toContainText('words/embedded.yaml:7 32 counts');
    await expect(hover).toContainText('words/common.yaml:7 64 is beaten');
    await word('${data.max_response_length}').hover();
    await expect(hover).toContainText('data.max_response_length = 12');
    await expect(hover).toContainText('words/common.yaml:10 12 counts');
  });
  await test.step('F12 follows a reference to the line of another layer, and Alt+Left comes back', async () => {
    await putCursor(page, 'max_response_length', 3);
    await page.keyboard.press('F12');
    await expect(openFile(page)).toHaveText('common.yaml');
    await expect(activeLine(page)).toHaveText('10');
    await page.keyboard.press('Alt+ArrowLeft');
    await expect(openFile(page)).toHaveText('embedded.yaml');
    await expect(activeLine(page)).toHaveText('15');
  });
  await test.step('Shift+F12 lists every place that gives or reads a key', async () => {
    await page.keyboard.press('Shift+F12');
    const peek = page.locator('.peekview-widget');
    await expect(peek).toContainText('References (3)');
    await expect(peek.getByRole('tree')).toContainText('common.yaml');
    await page.keyboard.press('Escape');
    await expect(peek).toBeHidden();
  });
  await test.step('F12 opens the layer of the defaults list, and the class of the evaluator', async () => {
    await putCursor(page, '- common', 4);
    await page.keyboard.press('F12');
    await expect(openFile(page)).toHaveText('common.yaml');
    await putCursor(page, 'evaluator.ts', 2);
    await page.keyboard.press('F12');
    await expect(openFile(page)).toHaveText('agent_workspace/evaluator.ts');
    await expect(lines(page).filter({ hasText: 'export class PigLatinEvaluator' })).toBeVisible();
    await expect(activeLine(page)).not.toHaveText('1');
  });
});
