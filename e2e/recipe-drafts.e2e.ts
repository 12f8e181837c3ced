import { expect, test } from './fixtures';
import { addLine, asDrawn, editorText, openFile } from './studio-page';

test('drafts of every kind of file survive a closed tab', async ({ page, context }) => {
  const url = '/recipes/my_task?variant=embedded&file=my_task%2Fcommon.yaml';
  await page.goto(url);
  await expect(editorText(page)).toContainText('project_name');
  await addLine(page, 'closed_tab: 1\n');
  await openFile(page, 'evaluator.ts');
  await addLine(page, '// kept, too\n');
  const kept = () =>
    page.evaluate(() =>
      Object.keys(localStorage)
        .map((key) => localStorage.getItem(key))
        .join('\n'),
    );
  await expect.poll(kept).toContain('// kept, too');
  await page.close();
  const again = await context.newPage();
  await again.goto(url);
  await expect(editorText(again)).toContainText(asDrawn('closed_tab: 1'));
  await expect(again.getByRole('button', { name: 'Save 2 files' })).toBeEnabled();
  await openFile(again, 'evaluator.ts');
  await expect(editorText(again)).toContainText(asDrawn('// kept, too'));
});
