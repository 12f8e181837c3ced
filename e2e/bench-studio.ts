import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { z } from 'zod';
import { createGalleyServer } from './galley-server';

const LEAVES = 2_000;
const KEYSTROKES = 60;
/** A frame at 60 Hz: a longer task is seen as a hitch. */
const FRAME_MS = 16;
/** Texts that stand in Monaco's code alone; they tell its scripts from ours. */
const MONACO_MARKS = ['monaco-mouse-cursor-text', 'vs.editor.ICodeEditor'];

type Row = { readonly name: string; readonly value: string };

/**
 * Typing in a recipe of 2,000 leaves: from the key until value, check and marker are in the page, and how long the
 * page was held up. Typed twice: the sampling that tells whose code ran makes everything slower.
 */
export async function bench(browserPath: string): Promise<readonly Row[]> {
  const server = await createGalleyServer();
  const browser = await chromium.launch({ executablePath: browserPath });
  try {
    await writeRecipe(path.join(server.recipesDir, 'large'));
    await server.start();
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const monacoScripts = watchScripts(page);
    await page.goto(`${server.url}/recipes/large?variant=embedded&file=large%2Fcommon.yaml`);
    await putCursorBehindBatchSize(page);
    await typeRounds(page, 10);
    const traced = async (extra: readonly string[]) => {
      const categories = ['toplevel', 'devtools.timeline', 'blink.user_timing', ...extra];
      await browser.startTracing(page, { categories });
      const waits = await typeRounds(page, KEYSTROKES);
      // what waits for a pause in the typing counts, too
      await page.waitForTimeout(1_000);
      return { waits, trace: Trace.parse(JSON.parse((await browser.stopTracing()).toString())) };
    };
    const { waits, trace } = await traced([]);
    const drawn = drawnWaits(trace, waits);
    const tasks = typingTasks(trace);
    const wall = tasks.map(({ ms }) => ms);
    const busy = tasks.map(({ cpuMs }) => cpuMs);
    const sampled = await traced(['disabled-by-default-v8.cpu_profiler']);
    const own = ownShares(sampled.trace, await monacoScripts);
    const slowdown = sum(typingTasks(sampled.trace).map(({ cpuMs }) => cpuMs)) / sum(busy);
    return [
      { name: `keystroke → value, check and marker, median of ${waits.length}`, value: quantile(waits, 0.5) },
      { name: 'the same, 95th percentile', value: quantile(waits, 0.95) },
      { name: 'until the picture that shows them is drawn, median', value: quantile(drawn, 0.5) },
      { name: 'the same, 95th percentile', value: quantile(drawn, 0.95) },
      { name: 'longest task of the main thread while typing, Monaco’s included', value: quantile(wall, 1) },
      { name: `tasks above ${FRAME_MS} ms`, value: perKey(wall) },
      { name: 'longest task by processor time, whatever else the machine does', value: quantile(busy, 1) },
      { name: `tasks above ${FRAME_MS} ms of processor time`, value: perKey(busy) },
      {
        name: 'longest of these without what is Monaco’s alone (sampled, see below)',
        value: quantile(own, 1),
      },
      { name: `of these above ${FRAME_MS} ms`, value: perKey(own) },
      { name: 'of these, 99th percentile', value: quantile(own, 0.99) },
      { name: 'processor time of all tasks, sampled to not sampled', value: `${slowdown.toFixed(2)} times` },
    ];
  } finally {
    await browser.close();
    await server.dispose();
  }
}

function perKey(tasks: readonly number[]): string {
  return `${tasks.filter((ms) => ms > FRAME_MS).length} for ${KEYSTROKES} keys`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Addresses of the scripts that hold Monaco, complete once they have all been read. */
function watchScripts(page: Page): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  return new Promise((resolve) => {
    page.on('response', (response) => {
      if (response.request().resourceType() !== 'script') return;
      response.text().then(
        (text) => {
          if (!MONACO_MARKS.every((mark) => text.includes(mark))) return;
          found.add(response.url());
          resolve(found);
        },
        () => undefined,
      );
    });
  });
}

/** Behind `batch_size: 64`, on the second line. */
async function putCursorBehindBatchSize(page: Page): Promise<void> {
  const resolved = page.getByRole('list', { name: 'Resolved configuration' });
  await resolved.getByText('batch_size').first().waitFor({ timeout: 60_000 });
  const lines = page.locator('.monaco-editor .view-lines').first();
  await lines.click({ position: { x: 60, y: 10 } });
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
}

/** Types a letter that makes the value wrong, and takes it back; each waits for the row, the check and the marker. */
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

/** Runs in the page. `done` gives milliseconds from the key until the value, its check and its marker are there. */
function watchForChange(isWrong: boolean): { readonly done: Promise<number> } {
  let pressedAt = Number.NaN;
  window.addEventListener('keydown', (event) => (pressedAt = event.timeStamp), { capture: true, once: true });
  const missing = () => {
    const rows = document.querySelector('[aria-label="Resolved configuration"]')?.textContent ?? '';
    const hasMarker = document.querySelector('.monaco-editor .squiggly-error') !== null;
    if (Number.isNaN(pressedAt)) return 'the key';
    if (rows.includes('64x') !== isWrong) return 'the value';
    const checks = document.querySelector('[aria-label="Checks"]')?.textContent ?? '';
    if (checks.includes('expected number, received string') !== isWrong) return 'the check';
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
      // names the moment in the trace, where the end of its picture is read
      performance.mark('galley-shown');
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

const Node = z.looseObject({
  id: z.number(),
  parent: z.number().optional(),
  callFrame: z.looseObject({ url: z.string().optional() }),
});
const Trace = z.object({
  traceEvents: z.array(
    z.looseObject({
      name: z.string(),
      pid: z.number(),
      tid: z.number(),
      ts: z.number(),
      dur: z.number().optional(),
      tdur: z.number().optional(),
      id: z.union([z.string(), z.number()]).optional(),
      args: z
        .looseObject({
          name: z.string().optional(),
          data: z
            .looseObject({
              startTime: z.number().optional(),
              type: z.string().optional(),
              cpuProfile: z
                .looseObject({ nodes: z.array(Node).optional(), samples: z.array(z.number()).optional() })
                .optional(),
              timeDeltas: z.array(z.number()).optional(),
            })
            .optional(),
        })
        .optional(),
    }),
  ),
});
type TraceEvent = z.infer<typeof Trace>['traceEvents'][number];

/** Microseconds of the trace's clock. */
type Task = {
  readonly start: number;
  readonly end: number;
  readonly ms: number;
  /** Of the thread alone, without what it waited for the processor. */
  readonly cpuMs: number;
  readonly thread: string;
};

type Trace = z.infer<typeof Trace>;

/**
 * Tasks of the page's main thread from the first key on, in order. What comes before is the tracing's own start: to
 * begin with, a profiler looks at all code there is, which takes a second.
 */
function typingTasks(trace: Trace): readonly Task[] {
  const { traceEvents } = trace;
  const keys = traceEvents.filter(
    ({ name, args }) => name === 'EventDispatch' && args?.data?.type === 'keydown',
  );
  const start = Math.min(...keys.map(({ ts }) => ts));
  return mainThreadTasks(trace).filter((task) => task.end > start);
}

/** What a key waits until all that it leads to stands in the page, and on until the task ends that draws that picture. */
function drawnWaits(trace: Trace, waits: readonly number[]): readonly number[] {
  const tasks = typingTasks(trace);
  const onMain = trace.traceEvents.filter((event) => threadOf(event) === tasks[0]?.thread);
  const pictures = onMain.filter(({ name }) => name === 'Layerize').toSorted((a, b) => a.ts - b.ts);
  const shown = onMain.filter(({ name }) => name === 'galley-shown').toSorted((a, b) => a.ts - b.ts);
  return shown.map(({ ts }, key) => {
    const picture = pictures.find((one) => one.ts >= ts)?.ts ?? Number.NaN;
    const end = tasks.find((task) => task.start <= picture && task.end >= picture)?.end ?? Number.NaN;
    return (waits[key] ?? Number.NaN) + (end - ts) / 1000;
  });
}

/** All tasks of the busiest page's main thread, in order. */
function mainThreadTasks({ traceEvents }: Trace): readonly Task[] {
  const mainThreads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(threadOf),
  );
  const byThread = new Map<string, Task[]>();
  for (const event of traceEvents) {
    const { name, ts, dur, tdur } = event;
    const thread = threadOf(event);
    if (!name.endsWith('RunTask') || dur === undefined || !mainThreads.has(thread)) continue;
    const tasks = byThread.get(thread) ?? [];
    byThread.set(thread, tasks);
    tasks.push({ start: ts, end: ts + dur, ms: dur / 1000, cpuMs: (tdur ?? dur) / 1000, thread });
  }
  const total = (tasks: readonly Task[]) => tasks.reduce((sum, { ms }) => sum + ms, 0);
  const busiest = [...byThread.values()].toSorted((a, b) => total(b) - total(a))[0] ?? [];
  return busiest.toSorted((a, b) => a.start - b.start);
}

function threadOf({ pid, tid }: { readonly pid: number; readonly tid: number }): string {
  return `${pid} ${tid}`;
}

/**
 * Processor time of each task without the share of its samples in which Monaco's code alone was on the stack: it
 * answers the key, tokenises and draws lines by itself. What calls us, or what we call, is ours; so are React, style,
 * layout, painting and collecting garbage. Shares and processor time, not spans of the clock: between two samples the
 * thread may have waited for the processor, and a task too short for a sample is ours.
 */
function ownShares(trace: Trace, monacoScripts: ReadonlySet<string>): readonly number[] {
  const tasks = typingTasks(trace);
  const { traceEvents } = trace;
  const profile = traceEvents.find(
    (event) => event.name === 'Profile' && threadOf(event) === tasks[0]?.thread,
  );
  const chunks = traceEvents.filter(
    ({ name, id, pid }) => name === 'ProfileChunk' && id === profile?.id && pid === profile?.pid,
  );
  const samples = samplesOf(profile, chunks, monacoScripts);
  let at = 0;
  return tasks.map(({ start, end, cpuMs }) => {
    let all = 0;
    let foreign = 0;
    for (; (samples[at]?.at ?? Infinity) < end; at += 1) {
      const sample = samples[at];
      if (sample === undefined || sample.at < start) continue;
      all += 1;
      if (sample.isMonacoAlone) foreign += 1;
    }
    return all === 0 ? cpuMs : cpuMs * (1 - foreign / all);
  });
}

type Sample = { readonly at: number; readonly isMonacoAlone: boolean };

/** What was on the stack, by the trace's clock and in order. */
function samplesOf(
  profile: TraceEvent | undefined,
  chunks: readonly TraceEvent[],
  monacoScripts: ReadonlySet<string>,
): readonly Sample[] {
  const parts = chunks.map(({ args }) => args?.data ?? {});
  const isMonacoAlone = monacoNodes(
    parts.flatMap(({ cpuProfile }) => cpuProfile?.nodes ?? []),
    monacoScripts,
  );
  const nodes = parts.flatMap(({ cpuProfile }) => cpuProfile?.samples ?? []);
  const deltas = parts.flatMap(({ timeDeltas }) => timeDeltas ?? []);
  let now = profile?.args?.data?.startTime ?? 0;
  const times = deltas.map((delta) => (now += delta));
  return nodes
    .map((node, index) => ({ at: times[index] ?? 0, isMonacoAlone: isMonacoAlone(node) }))
    .toSorted((a, b) => a.at - b.at);
}

/** Tells of a node of the profile, which stands for a stack, whether all its scripts are Monaco's. */
function monacoNodes(
  all: readonly z.infer<typeof Node>[],
  monacoScripts: ReadonlySet<string>,
): (id: number) => boolean {
  const nodes = new Map(all.map((node) => [node.id, node] as const));
  return (id) => {
    const urls: string[] = [];
    for (let node = nodes.get(id); node !== undefined; node = nodes.get(node.parent ?? Number.NaN))
      if (node.callFrame.url) urls.push(node.callFrame.url);
    return urls.length > 0 && urls.every((url) => monacoScripts.has(url));
  };
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
  evaluator_module_path: agent_workspace/evaluator.ts:Evaluator
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
