import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures';
import { SMALL_RUN } from './run-page';
import { openPane } from './studio-editor';

const SECRET = 'hunter2-of-this-journey';

test('a placeholder in the environment script blocks the launch, and the script is not run until it is mended', async ({
  page,
  galley,
}) => {
  const script = path.join(galley.recipesDir, 'pig_latin/embedded.env.sh');
  const marker = path.join(galley.recipesDir, 'pig_latin/has-run');
  await writeFile(script, `export NOTES=/path/to/notes\ntouch ${marker}\n`);
  await page.goto('/recipes/pig_latin?variant=embedded');
  const checks = page.getByRole('region', { name: 'Checks' });
  await expect(checks).toContainText('NOTES still has its placeholder', { timeout: 30_000 });
  await page.getByRole('textbox', { name: 'Overrides' }).fill(SMALL_RUN.join(' '));

  await page.getByRole('button', { name: /^Launch on/ }).click();
  const sheet = page.getByRole('dialog');
  await expect(sheet.getByRole('region', { name: 'Environment' })).toContainText('is not run: 1 placeholder');
  await expect(sheet.getByRole('button', { name: /^Launch on/ })).toBeDisabled();
  await expect(access(marker)).rejects.toThrow();

  await writeFile(script, `export NOTES=/tmp/notes\ntouch ${marker}\n`);
  await sheet.getByRole('button', { name: 'Check again' }).click();
  await expect(sheet.getByRole('region', { name: 'Environment' })).toContainText('sets NOTES');
  await expect(access(marker)).rejects.toThrow();
  await sheet.getByRole('button', { name: /^Launch on/ }).click();
  await page.waitForURL(/\/runs\/1$/, { timeout: 60_000 });
  await access(marker);
});

test('a secret in clear is covered, moved to the store, and stands nowhere else afterwards', async ({
  page,
  galley,
}) => {
  const layer = path.join(galley.recipesDir, 'pig_latin/embedded.yaml');
  await writeFile(layer, `${await readFile(layer, 'utf8')}\njudge_api_key: ${SECRET}\n`);
  await page.goto('/recipes/pig_latin?variant=embedded');
  const checks = page.getByRole('region', { name: 'Checks' });
  await expect(checks).toContainText('judge_api_key holds a secret in clear', { timeout: 30_000 });
  await page.getByRole('searchbox', { name: 'Filter the resolved values' }).fill('judge_api_key');
  const resolved = page.getByRole('list', { name: 'Resolved configuration' });
  await expect(resolved).toContainText('judge_api_key');
  await expect(resolved).not.toContainText(SECRET);
  await page.locator('.monaco-editor .view-lines').click();
  await page.keyboard.press('Control+End');
  await expect(page.locator('.galley-secret').first()).toHaveCSS('color', 'rgba(0, 0, 0, 0)');

  await checks.getByRole('button', { name: 'Move to the secret store' }).click();
  await expect.poll(() => readFile(layer, 'utf8')).toContain('judge_api_key: "${oc.env:JUDGE_API_KEY}"');
  await expect(checks).not.toContainText('holds a secret in clear');
  await openPane(page, 'Environment');
  await expect(page.getByRole('region', { name: 'Environment' })).toContainText(
    /JUDGE_API_KEY\s*set, secret/,
  );

  expect(await readFile(layer, 'utf8')).not.toContain(SECRET);
  expect(await filesWith(galley.dataDir, SECRET)).toEqual(['secrets/JUDGE_API_KEY']);
  for (const address of [
    '/api/recipes/environment?names=JUDGE_API_KEY',
    '/api/recipes/file?path=pig_latin%2Fembedded.yaml',
    '/api/recipes/history?recipe=pig_latin',
    '/recipes/pig_latin?variant=embedded',
    '/secrets',
  ]) {
    expect(await (await page.request.get(address)).text(), address).not.toContain(SECRET);
  }
  expect((await galley.cli('secrets', 'list')).out).toContain('JUDGE_API_KEY');

  await page.goto('/secrets');
  const item = page.getByRole('listitem', { name: 'JUDGE_API_KEY' });
  await expect(item).toContainText('pig_latin/embedded.yaml');
  await item.getByRole('button', { name: 'Unset' }).click();
  await expect(item).toContainText('not set');
});

test('a missing variable takes a value for the preview alone', async ({ page, galley }) => {
  const layer = path.join(galley.recipesDir, 'pig_latin/embedded.yaml');
  await writeFile(layer, `${await readFile(layer, 'utf8')}\njourney_note: \${oc.env:JOURNEY_NOTE}\n`);
  await page.goto('/recipes/pig_latin?variant=embedded');
  await openPane(page, 'Environment');
  const pane = page.getByRole('region', { name: 'Environment' });
  await expect(pane).toContainText(/JOURNEY_NOTE\s*not set/, { timeout: 30_000 });
  await pane.getByRole('textbox', { name: 'Value of JOURNEY_NOTE for the preview only' }).fill('a look');
  await expect(pane).toContainText('set for the preview only');
  await page.getByRole('tab', { name: 'Resolved' }).click();
  await page.getByRole('searchbox', { name: 'Filter the resolved values' }).fill('journey_note');
  await expect(page.getByRole('list', { name: 'Resolved configuration' })).toContainText('a look');
  await page.getByRole('button', { name: /^Launch on/ }).click();
  await expect(page.getByRole('dialog')).toContainText('JOURNEY_NOTE is not set', { timeout: 30_000 });
});

async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const hits = await Promise.all(
    files.map(async (file) => ((await readFile(file)).includes(text) ? [path.relative(folder, file)] : [])),
  );
  return hits.flat();
}
