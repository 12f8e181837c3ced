import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { z } from 'zod';
import { createGalleyServer } from './galley-server';

const LEAVES = 2_000;
const KEYSTROKES = 60;

type Row = { readonly name: string; readonly value: string };

/** Typing in a recipe of 2,000 leaves: from the key to the preview and the marker, and how long the page was held up. */
export async function bench(browserPath: string): Promise<readonly Row[]> {
  const server = await createGalleyServer();
  const browser = await chromium.launch({ executablePath: browserPath });
  try {
    await writeRecipe(path.join(server.recipesDir, 'large'));
    await server.start();
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${server.url}/recipes/large?variant=embedded&file=large%2Fcommon.yaml`);
    const resolved = page.getByRole('list', { name: 'Resolved configuration' });
    await resolved.getByText('batch_size').first().waitFor({ timeout: 60_000 });
    await page.getByText('batch_size', { exact: false }).first().waitFor();
    // the cursor behind `batch_size: 64`, on the second line
    await page
      .locator('.monaco-editor .view-lines')
      .first()
      .click({ position: { x: 60, y: 10 } });
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await typeRounds(page, 10);
    await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] });
    const waits = await typeRounds(page, KEYSTROKES);
    const tasks = mainThreadTasks(await browser.stopTracing());
    return [
      { name: `keystroke → preview and marker, median of ${waits.length}`, value: quantile(waits, 0.5) },
      { name: 'the same, 95th percentile', value: quantile(waits, 0.95) },
      { name: 'longest task of the main thread while typing, Monaco included', value: quantile(tasks, 1) },
      {
        name: 'tasks of the main thread above 16 ms',
        value: `${tasks.filter((ms) => ms > 16).length} of ${KEYSTROKES} keys`,
      },
    ];
  } finally {
    await browser.close();
    await server.dispose();
  }
}

/** Types a letter that makes the value wrong, and takes it back; each waits for the row and the marker. */
async function typeRounds(page: Page, keystrokes: number): Promise<readonly number[]> {
  const waits: number[] = [];
  for (let round = 0; round < keystrokes; round += 1) {
    const isWrong = round % 2 === 0;
    // the key must find the observer ready
    const seen = await page.evaluateHandle(watchForChange, isWrong);
    await page.keyboard.press(isWrong ? 'x' : 'Backspace');
    waits.push(await seen.evaluate(({ done }) => done));
    await page.waitForTimeout(120);
  }
  return waits;
}

/** Runs in the page. `done` gives milliseconds from the key until both the value and its marker are there. */
function watchForChange(isWrong: boolean): { readonly done: Promise<number> } {
  let pressedAt = Number.NaN;
  window.addEventListener('keydown', (event) => (pressedAt = event.timeStamp), { capture: true, once: true });
  const missing = () => {
    const rows = document.querySelector('[aria-label="Resolved configuration"]')?.textContent ?? '';
    const hasMarker = document.querySelector('.monaco-editor .squiggly-error') !== null;
    if (Number.isNaN(pressedAt)) return 'the key';
    if (rows.includes('64x') !== isWrong) return 'the value';
    return hasMarker === isWrong ? null : 'the marker';
  };
  const done = new Promise<number>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${missing() ?? 'nothing'} is missing after ${isWrong ? 'x' : 'Backspace'}.`)),
      10_000,
    );
    const observer = new MutationObserver(() => {
      if (missing() !== null) return;
      observer.disconnect();
      clearTimeout(timer);
      resolve(performance.now() - pressedAt);
    });
    observer.observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
  });
  return { done };
}

const Trace = z.object({
  traceEvents: z.array(
    z.looseObject({
      name: z.string(),
      pid: z.number(),
      tid: z.number(),
      dur: z.number().optional(),
      args: z.looseObject({ name: z.string().optional() }).optional(),
    }),
  ),
});

/** Durations in milliseconds of all tasks on the busiest page's main thread. */
function mainThreadTasks(trace: Buffer): readonly number[] {
  const { traceEvents } = Trace.parse(JSON.parse(trace.toString()));
  const mainThreads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const byThread = new Map<string, number[]>();
  for (const { name, pid, tid, dur } of traceEvents) {
    const thread = `${pid} ${tid}`;
    if (!name.endsWith('RunTask') || dur === undefined || !mainThreads.has(thread)) continue;
    byThread.set(thread, [...(byThread.get(thread) ?? []), dur / 1000]);
  }
  const total = (tasks: readonly number[]) => tasks.reduce((sum, ms) => sum + ms, 0);
  return [...byThread.values()].toSorted((a, b) => total(b) - total(a))[0] ?? [];
}

/** Sections of twenty keys, a quarter of them interpolations; the variant overrides two of each. */
async function writeRecipe(folder: string): Promise<void> {
  const sections = Array.from({ length: LEAVES / 20 }, (_, section) => section);
  const common = sections.flatMap((section) => [
    `section_${section}: # of twenty`,
    ...Array.from({ length: 20 }, (_, key) =>
      key % 4 === 3 ? `  key_${key}: \${section_${section}.key_0}` : `  key_${key}: ${section * key}`,
    ),
  ]);
  const embedded = sections.flatMap((section) => [`section_${section}:`, '  key_0: 7', '  key_1: "eight"']);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'common.yaml'), `${HEAD}${common.join('\n')}\n`);
  await writeFile(path.join(folder, 'embedded.yaml'), `${VARIANT}${embedded.join('\n')}\n`);
}

const HEAD = `data:
  batch_size: 64
  data_files: ["data/train.parquet"]
rollout_worker:
  type: simple
  num_workers: 8
trainer:
  type: embedded_grpo
  total_train_steps: 10
`;

const VARIANT = `defaults:
  - common
  - _self_

service:
  inference_service:
    backend: embedded
  train_service:
    main_actor:
      role: actor
      backend: embedded
`;

function quantile(values: readonly number[], share: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1)} ms`;
}
