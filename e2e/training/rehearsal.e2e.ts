import { expect, test } from '../fixtures';
import { runStatus } from '../run-page';
import { editorText } from '../studio-page';

test('a variant for a service that is not here is rehearsed, marked and certified', async ({
  page,
  galley,
}) => {
  await test.step('a line of the checks opens the editor at its key', async () => {
    await page.goto('/recipes/pig_latin?variant=tinker');
    await page.getByRole('textbox', { name: 'Overrides' }).fill('data.prompt_key=nothing');
    await page.getByRole('button', { name: /^Launch on/ }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('button', { name: 'Rehearse', exact: true }).click();
    await sheet.getByRole('button', { name: 'data.data_files', exact: true }).click();
    await expect(sheet).toBeHidden();
    await expect(editorText(page)).toContainText('data_files');
  });

  await test.step('rehearsed from the dialog, without a key', async () => {
    await page.getByRole('textbox', { name: 'Overrides' }).fill('');
    await page.getByRole('button', { name: /^Launch on/ }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('button', { name: 'Rehearse', exact: true }).click();
    await expect(sheet.getByText(/keys have other values$/)).toBeVisible();
    const start = sheet.getByRole('button', { name: 'Rehearse here' });
    await expect(start).toBeEnabled();
    await start.click();
    await page.waitForURL(/\/runs\/1$/);
  });

  await test.step('the run says what it is, and its certificate what was exercised and what was not', async () => {
    await expect(page.locator('header').getByText('Rehearsal', { exact: true })).toBeVisible();
    const certificate = page.getByRole('region', { name: 'Certificate' });
    await expect(runStatus(page, 'Succeeded')).toBeVisible({ timeout: 60_000 });
    await expect(certificate.getByText('Passed', { exact: true })).toBeVisible();
    await expect(certificate.getByRole('img', { name: 'pass', exact: true })).toHaveCount(10);
    await certificate.getByRole('button', { name: 'Show them' }).click();
    await expect(certificate).toContainText('service.tinker_service.api_key: the secret TINKER_API_KEY');
  });

  await test.step('it is marked in the list, and printed by the command line', async () => {
    await page.goto('/runs');
    await expect(
      page.getByRole('row').filter({ hasText: 'run 1' }).getByText('Rehearsal', { exact: true }),
    ).toBeVisible();
    const { code, out } = await galley.cli('rehearsal', '1');
    expect(out).toContain('Every check that was exercised passed.');
    expect(code).toBe(0);
  });
});
