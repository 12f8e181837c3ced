import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import type { GalleyServer } from './galley-server';

const COMMON = `project_name: "words"
data:
  seed: 42
  data_files:
    - "data/train.parquet"
  prompt_key: "prompt"
  batch_size: 64
  rollout_repeat_n: 8
  max_prompt_length: 16
  max_response_length: 12
rollout_worker:
  type: "simple"
  num_workers: 64
  evaluator_module_path: "agent_workspace/evaluator.ts:PigLatinEvaluator"
trainer:
  total_train_steps: 200
  algorithm:
    type: "grpo"
weight:
  type: "default"
  sync_mode: "sync"
`;

const EMBEDDED = `# why this recipe is here
defaults:
  - common
  - _self_

data:
  batch_size: 32 # fewer

trainer:
  type: "embedded_grpo"

service:
  inference_service:
    backend: embedded
    max_tokens: \${data.max_response_length}
  train_service:
    main_actor:
      role: actor
      backend: embedded
      config:
        learning_rate: 1.0e-3
  embedded_service:
    model:
      width: 64
      context: 32
`;

/** The recipe `words` of a journey: a common layer and two variants over it. Returns its folder. */
export async function writeWords(
  { recipesDir }: GalleyServer,
  change: (embedded: string) => string = (text) => text,
): Promise<string> {
  const folder = path.join(recipesDir, 'words');
  await mkdir(path.join(folder, 'agent_workspace'), { recursive: true });
  await writeFile(path.join(folder, 'common.yaml'), COMMON);
  await writeFile(path.join(folder, 'embedded.yaml'), change(EMBEDDED));
  await writeFile(path.join(folder, 'embedded_small.yaml'), EMBEDDED);
  const evaluator = 'agent_workspace/evaluator.ts';
  await writeFile(
    path.join(folder, evaluator),
    await readFile(path.join(recipesDir, 'pig_latin', evaluator)),
  );
  return folder;
}

/** Opens a file of that recipe and waits until its variant has been composed and the editor stands there. */
export async function openWords(page: Page, file: string): Promise<void> {
  await page.goto(`/recipes/words?variant=embedded&file=words%2F${file}`);
  await expect(page.getByRole('region', { name: 'Checks' })).toContainText(' ms');
  await expect(lines(page).first()).toBeVisible();
}

export function lines(page: Page): Locator {
  return page.locator('.monaco-editor .view-line');
}

/** Sets the cursor before the first occurrence of a text, and `right` letters further, as a person does who searches. */
export async function putCursor(page: Page, text: string, right = 0): Promise<void> {
  await page.locator('.monaco-editor .view-line').first().click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Control+f');
  const find = page.getByRole('textbox', { name: 'Find' });
  await find.fill(text);
  await expect(page.locator('.find-widget .matchesCount')).toHaveText(/^1 of/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowLeft');
  for (let step = 0; step < right; step += 1) await page.keyboard.press('ArrowRight');
}

/** Number of the line that the cursor is on. */
export function activeLine(page: Page): Locator {
  return page.locator('.monaco-editor .line-numbers.active-line-number').first();
}

/** The file in front. */
export function openFile(page: Page): Locator {
  return page.getByRole('group', { name: 'Open files' }).locator('[aria-current=true]');
}

/** Opens a pane of the right side, from the row of tabs or from the menu behind it. */
export async function openPane(page: Page, name: string): Promise<void> {
  const tab = page
    .getByRole('tablist', { name: 'About this recipe' })
    .getByRole('tab', { name, exact: true });
  // which tabs have room is found out a moment after the page is drawn
  await expect(async () => {
    if (await tab.isVisible()) {
      await tab.click({ timeout: 2_000 });
    } else {
      await page.getByRole('button', { name: 'More panes' }).click({ timeout: 2_000 });
      await page.getByRole('menuitem', { name, exact: true }).click({ timeout: 2_000 });
    }
  }).toPass({ timeout: 30_000 });
  await expect(tab).toHaveAttribute('aria-selected', 'true');
}
