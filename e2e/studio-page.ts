import { expect, type Locator, type Page } from '@playwright/test';

/** The tree of files at the left of the studio. */
export function fileTree(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Files of the recipe' });
}

export async function openFile(page: Page, name: string): Promise<void> {
  await fileTree(page)
    .getByRole('button', { name: new RegExp(`^${escaped(name)}`) })
    .click();
  await expect(page.getByRole('group', { name: 'Open files' }).locator('[aria-current=true]')).toContainText(
    name,
  );
}

/** What the editor draws; Monaco writes blanks as no-break spaces. */
export function editorText(page: Page): Locator {
  return page.locator('.monaco-editor .view-lines').first();
}

/** Puts a line in the place of the one that contains `old`. */
export async function replaceLine(page: Page, old: string, text: string): Promise<void> {
  await page
    .locator('.monaco-editor .view-line', { hasText: new RegExp(escaped(old).replaceAll(' ', '\\s')) })
    .first()
    .click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  await page.keyboard.insertText(text);
  await expect(editorText(page)).toContainText(asDrawn(text));
}

/** Adds lines at the end of the file in front. */
export async function addLine(page: Page, text: string): Promise<void> {
  await editorText(page).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText(text);
  await expect(editorText(page)).toContainText(asDrawn(text.trim()));
}

export async function save(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: /^Save( \d+ files)?$/ });
  await button.click();
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
}

/** Chooses from the menu of a row of the tree. */
export async function chooseFor(page: Page, entry: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${entry}`, exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** Answers the question for a name. */
export async function answer(page: Page, text: string, button: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(text);
  await dialog.getByRole('button', { name: button, exact: true }).click();
  await expect(dialog).toBeHidden();
}

/** The text as the editor draws it: any blank. */
export function asDrawn(text: string): RegExp {
  return new RegExp(escaped(text).replaceAll(/\s+/g, '\\s*'));
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
