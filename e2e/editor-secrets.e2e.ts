import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { lines, openPane, openWords, putCursor, writeWords } from './studio-editor';

const SECRET = 'hunter2-of-this-journey';

/** What the page shows as text, without the one editor in which the secret is being written. */
async function shownText(page: Page): Promise<string> {
  return page.evaluate(() => {
    const copy = document.body.cloneNode(true);
    if (!(copy instanceof HTMLElement)) return '';
    for (const own of copy.querySelectorAll('script')) own.remove();
    copy.querySelector('.monaco-editor')?.remove();
    return copy.outerHTML;
  });
}

test('a secret in clear is covered in hovers, peeks and panes, and its draft stays out of the storage', async ({
  page,
  galley,
}) => {
  await writeWords(
    galley,
    (text) => `${text}judge_api_key: ${SECRET}\njudge: {key_again: "\${judge_api_key}"}\n`,
  );
  await openWords(page, 'embedded.yaml');

  await test.step('hover and remarks', async () => {
    await putCursor(page, 'judge_api_key');
    await lines(page).locator('span > span', { hasText: 'judge_api_key' }).first().hover();
    const hover = page.locator('.monaco-hover:visible');
    await expect(hover).toContainText('words/embedded.yaml:26');
    await expect(hover).not.toContainText(SECRET);
    await expect(lines(page).filter({ hasText: /key_again.*=\s••••/ })).toHaveCount(1);
    await page.keyboard.press('Escape');
  });
  await test.step('the small editor of the references, and their list', async () => {
    await page.keyboard.press('Shift+F12');
    const peek = page.locator('.peekview-widget');
    await expect(peek).toContainText('References (2)');
    await expect(peek.locator('.view-line').filter({ hasText: 'judge_api_key: ••••' }).first()).toBeVisible();
    await expect(peek).not.toContainText(SECRET);
    await page.keyboard.press('Escape');
    await expect(peek).toBeHidden();
  });
  await test.step('every pane', async () => {
    for (const pane of ['Resolved', 'Diff', 'Docs', 'Data', 'Evaluator', 'History', 'Environment']) {
      await openPane(page, pane);
      expect([pane, (await shownText(page)).includes(SECRET)]).toEqual([pane, false]);
    }
  });
  await test.step('drafts', async () => {
    await putCursor(page, 'batch_size: 32');
    await page.keyboard.press('Home');
    await page.keyboard.type('shuffle: true\n');
    await expect(
      page.getByText(/embedded\.yaml end with this page, because it holds a secret in clear/),
    ).toBeVisible();
    const stored = await page.evaluate(() => JSON.stringify(Object.entries(localStorage)));
    expect(stored).not.toContain(SECRET);
    expect(stored).not.toContain('shuffle');
  });
});

test('of two versions of a file neither shows its secret', async ({ page, galley }) => {
  const other = 'hunter3-of-somebody-else';
  const folder = await writeWords(galley, (text) => `judge_api_key: ${SECRET}\n${text}`);
  const file = path.join(folder, 'embedded.yaml');
  await openWords(page, 'embedded.yaml');
  await putCursor(page, 'batch_size: 32');
  await page.keyboard.press('End');
  await page.keyboard.type(' than before');
  const mine = await readFile(file, 'utf8');
  await writeFile(file, mine.replace(SECRET, other).replace('fewer', 'more'));
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Compare' }).click();
  await expect(dialog.locator('.view-line').filter({ hasText: '••••' }).first()).toBeVisible();
  await expect(dialog).not.toContainText(SECRET);
  await expect(dialog).not.toContainText(other);
});
