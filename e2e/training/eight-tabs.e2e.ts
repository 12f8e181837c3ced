import { expect, test } from '../fixtures';
import { SMALL_RUN, untilStep } from '../run-page';

const TABS = 8;

test('eight tabs are live at once', async ({ context, galley }) => {
  // at the pace of a shipped recipe
  await galley.launch('pig_latin/embedded', ...SMALL_RUN, 'data.batch_size=64', 'data.rollout_repeat_n=8');
  const pages = await Promise.all(Array.from({ length: TABS }, () => context.newPage()));
  for (const page of pages) await page.goto(`${galley.url}/runs/1`);
  await Promise.all(pages.map((page) => untilStep(page, 2)));
  // all go on, and none starves the others of connections: each can still ask for something
  await Promise.all(pages.map((page) => untilStep(page, 4)));
  const answers = await Promise.all(
    pages.map((page) => page.evaluate(async () => (await fetch('/api/runs')).status)),
  );
  expect(answers).toEqual(Array.from({ length: TABS }, () => 200));
});
