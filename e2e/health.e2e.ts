import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { z } from 'zod';
import { createSecretStore } from '@/lib/secrets/secret-store';
import { WELL, WELL_CONFIG } from '@/lib/testing/health-series';
import { aSnapshot } from '@/lib/testing/builders';
import { expect, test } from './fixtures';
import { SMALL_RUN } from './run-page';
import { writeRun } from './written-run';

test('a sick run says what is wrong, by which numbers and what to change; it can be muted, and has a history', async ({
  page,
  galley,
}) => {
  await writeRun(galley, {
    run: { name: 'sick', recipe: 'pig_latin', snapshot: aSnapshot({ resolved: WELL_CONFIG }) },
    steps: 120,
    curves: {
      ...WELL,
      'rollout/truncated_share': (step) => (step < 60 ? 0.02 : 0.4),
      'actor/ppo_kl': (step) => (step > 30 && step < 50 ? 0.3 : 0.004),
    },
  });
  await page.goto('/runs/1');
  const health = page.getByRole('region', { name: 'Health' });

  await test.step('the row says it in words, with the healthy window beside what is now', async () => {
    await expect(health).toContainText('Worth a look');
    await expect(health.getByRole('heading', { name: 'Many answers are cut off' })).toBeVisible();
    const evidence = health.getByRole('list', { name: 'Evidence' });
    await expect(evidence).toContainText(
      '0.400 over steps 111 to 119, 0.0200 over the healthy steps 0 to 17',
    );
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
  });

  await test.step('its numbers lead to the chart at these steps', async () => {
    await health.getByRole('link', { name: 'Truncated' }).click();
    await expect(page).toHaveURL(/\/runs\/1\/metrics\?search=rollout%2Ftruncated_share&from=\d+&to=119/);
    await expect(page.getByRole('figure', { name: /^Truncated, chart/ })).toContainText(/Steps \d\d to 119/);
    await page.goBack();
  });

  await test.step('its advice leads to the key in the editor, in the layer that sets it', async () => {
    await health.getByRole('link', { name: 'data.max_response_length' }).click();
    await expect(page).toHaveURL(/\/recipes\/pig_latin/);
    const layer = await readFile(path.join(galley.recipesDir, 'pig_latin/embedded.yaml'), 'utf8');
    const line = layer.split('\n').findIndex((text) => text.includes('max_response_length:')) + 1;
    await expect(page.locator('.monaco-editor .active-line-number')).toHaveText(String(line));
    await page.goBack();
  });

  await test.step('muted it is silent, after a reload too, and the history takes it back', async () => {
    await health.getByRole('button', { name: 'Mute Many answers are cut off for this run' }).click();
    await expect(health).toContainText('1 muted');
    await page.reload();
    await expect(health).toContainText('1 muted');
    await expect(health.getByRole('heading', { name: 'Many answers are cut off' })).toHaveCount(0);
    await health.getByRole('button', { name: 'History' }).click();
    const history = health.getByRole('region', { name: 'History of the run’s health' });
    await expect(history.getByRole('row', { name: /KL to the sampler blows up/ })).toContainText(
      /3\d to \d\d/,
    );
    await history.getByRole('button', { name: 'Unmute' }).click();
    await expect(health.getByRole('heading', { name: 'Many answers are cut off' })).toBeVisible();
  });

  await test.step('the terminal says the same', async () => {
    const said = await galley.cli('health', '1');
    expect(said.out).toContain('warning truncation: Many answers are cut off, since step 6');
    expect(said.code).toBe(0);
    expect(JSON.parse((await galley.cli('health', '1', '--json')).out)).toMatchObject({
      current: [{ id: 'truncation', severity: 'warning' }],
      past: [{ id: 'kl-blow-up' }],
      muted: [],
    });
  });
});

test('a run tells a webhook what becomes of it, and nobody its address', async ({ galley }) => {
  const got: string[] = [];
  const receiver = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => void got.push(chunk.toString()));
    request.on('end', () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const address = receiver.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await createSecretStore(galley.dataDir).set('GALLEY_ALERT_WEBHOOK', `http://127.0.0.1:${port}/T0PSECRET`);
  const run = await galley.cli('run', 'pig_latin/embedded', 'trainer.total_train_steps=2', ...SMALL_RUN);
  receiver.close();
  expect(run.code).toBe(0);
  const texts = got.map((body) => z.object({ text: z.string() }).parse(JSON.parse(body)).text);
  expect(texts).toHaveLength(2);
  expect(texts[0]).toMatch(/^Run 1, .*: Running at step 0 of 2\.$/);
  expect(texts[1]).toMatch(/^Run 1, .*: Succeeded at step 2 of 2\.$/);
  const log = await readFile(path.join(galley.dataDir, 'logs/run-1.log'), 'utf8');
  expect(log + run.out + run.err).not.toContain('T0PSECRET');
});
