import { build } from 'esbuild';
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createEvaluatorHost } from './create-evaluator-host';
import type { Evaluation, EvaluatorHost } from './evaluator-host';
import { splitModulePath } from './locate-evaluator';

const forever = new AbortController().signal;
setMaxListeners(0, forever);
let folder = '';
let childPath = '';
const hosts: EvaluatorHost[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'galley-evaluators-test-'));
  childPath = path.join(folder, 'evaluator-child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./evaluator-child.ts', import.meta.url))],
    outfile: childPath,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
});
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Overrides = { readonly timeoutMs?: number; readonly onLog?: (line: string) => void };

let files = 0;
async function hostOf(body: string, overrides: Overrides = {}): Promise<EvaluatorHost> {
  const modulePath = path.join(folder, `evaluator-${String((files += 1))}.ts`);
  await writeFile(modulePath, body);
  const host = await createEvaluatorHost({
    modulePath,
    className: 'Scorer',
    args: { bonus: 0.25 },
    timeoutMs: overrides.timeoutMs ?? 10_000,
    onLog: overrides.onLog ?? (() => undefined),
    childPath,
  });
  hosts.push(host);
  return host;
}

const call = (host: EvaluatorHost, answer: string, data: Record<string, unknown> = {}) =>
  host.evaluate({ data, target: { finalAnswer: answer, isTruncated: false } }, forever);

const messageOf = (result: Evaluation | undefined): string =>
  result === undefined || result.ok ? 'no failure' : result.message;

const EXACT = `
  import { type Evaluator } from 'galley/evaluator';
  export class Scorer implements Evaluator {
    #bonus: number;
    constructor(args: { bonus: number }) { this.#bonus = args.bonus; }
    evaluate(data: Readonly<Record<string, unknown>>, target: { finalAnswer: string; isTruncated: boolean }) {
      const right = target.finalAnswer === data.answer;
      return { reward: (right ? 1 : 0) + this.#bonus, groundTruth: String(data.answer),
        metrics: { exact_match: Number(right) }, extraInfo: { truncated: target.isTruncated } };
    }
  }`;

test('an evaluator in TypeScript scores rollouts with the arguments it was made with', async () => {
  const host = await hostOf(EXACT);
  expect(await call(host, 'b', { answer: 'b' })).toEqual({
    ok: true,
    reward: 1.25,
    groundTruth: 'b',
    metrics: { exact_match: 1 },
    extraInfo: { truncated: false },
  });
});

test('hundreds of calls in flight are answered each with its own result', async () => {
  const host = await hostOf(EXACT);
  const answers = Array.from({ length: 512 }, (_, index) => String(index));
  const results = await Promise.all(answers.map((answer) => call(host, answer, { answer })));
  expect(results.map((result) => (result.ok ? result.groundTruth : null))).toEqual(answers);
});

test('local imports and files beside the evaluator are found', async () => {
  await writeFile(path.join(folder, 'words.ts'), `export const reward = 0.5;`);
  await writeFile(path.join(folder, 'words.txt'), 'truth');
  const host = await hostOf(`
    import { readFileSync } from 'node:fs';
    import { reward } from './words';
    export class Scorer {
      evaluate() { return { reward, groundTruth: readFileSync(new URL('./words.txt', import.meta.url), 'utf8') }; }
    }`);
  expect(await call(host, '')).toMatchObject({ ok: true, reward: 0.5, groundTruth: 'truth' });
});

test('an asynchronous evaluator may finish its calls in any order', async () => {
  const host = await hostOf(`
    let first: (() => void) | null = null;
    export class Scorer {
      async evaluate(data: { order: number }) {
        if (data.order === 1) await new Promise<void>((resolve) => { first = resolve; });
        else first?.();
        return { reward: data.order };
      }
    }`);
  const results = await Promise.all([call(host, '', { order: 1 }), call(host, '', { order: 2 })]);
  expect(results).toMatchObject([{ reward: 1 }, { reward: 2 }]);
});

test('a throw names class, error, file and line', async () => {
  const host = await hostOf(
    `export class Scorer {\n  evaluate(data: { answer?: { text: string } }) {\n    return { reward: data.answer!.text.length };\n  }\n}`,
  );
  const result = await call(host, '');
  expect(result).toMatchObject({ ok: false });
  const name = `evaluator-${String(files)}.ts:3`;
  expect(result.ok ? '' : result.message).toMatch(
    /^Scorer threw TypeError: Cannot read properties of undefined/,
  );
  expect(result.ok ? '' : result.message).toContain(name);
});

test.each([
  ['{ reward: NaN }', 'reward NaN; a reward must be a finite number'],
  ['{ reward: 1 / 0 }', 'reward Infinity'],
  ['{ reward: "1" }', "reward '1'"],
  ['undefined', 'undefined; evaluate must return'],
  ['0.5', '0.5; evaluate must return'],
  ['{ reward: 1, metrics: { f1: NaN } }', 'metric f1 = NaN'],
  ['{ reward: 1, groundTruth: 7 }', 'groundTruth 7'],
  ['{ reward: 1, extraInfo: { big: 1n } }', 'JSON cannot hold'],
])('returning %s fails the call and says so', async (returned, message) => {
  const host = await hostOf(`export class Scorer { evaluate() { return ${returned}; } }`);
  const result = await call(host, '');
  expect(messageOf(result)).toContain(message);
  expect(messageOf(result)).toContain('Scorer');
});

test('a call that never returns is cut alone, and the calls around it are answered', async () => {
  const host = await hostOf(
    `export class Scorer {
      evaluate(data: { hang?: boolean }) { while (data.hang) { /* forever */ } return { reward: 1 }; }
    }`,
    { timeoutMs: 300 },
  );
  const results = await Promise.all([
    call(host, ''),
    call(host, '', { hang: true }),
    ...Array.from({ length: 20 }, () => call(host, '')),
  ]);
  expect(results.map((result) => result.ok)).toEqual([
    true,
    false,
    ...Array.from({ length: 20 }, () => true),
  ]);
  const message = messageOf(results[1]);
  expect(message).toContain('Scorer in');
  expect(message).toContain('.ts did not return within its limit of 0.3 s');
});

test('a promise that never settles is cut alone too', async () => {
  const host = await hostOf(
    `export class Scorer {
      evaluate(data: { hang?: boolean }) { return data.hang ? new Promise(() => undefined) : { reward: 1 }; }
    }`,
    { timeoutMs: 300 },
  );
  const results = await Promise.all([call(host, '', { hang: true }), call(host, '')]);
  expect(results.map((result) => result.ok)).toEqual([false, true]);
  expect(await call(host, '')).toMatchObject({ ok: true });
});

test('an evaluator that never returns at all does not hold every call for its whole limit', async () => {
  const host = await hostOf(`export class Scorer { evaluate() { for (;;) { /* forever */ } } }`, {
    timeoutMs: 100,
  });
  const results = await Promise.all(Array.from({ length: 200 }, () => call(host, '')));
  expect(results.every((result) => !result.ok)).toBe(true);
});

test('a call that ends the process fails alone', async () => {
  const host = await hostOf(`export class Scorer {
    evaluate(data: { exit?: boolean }) { if (data.exit) process.exit(3); return { reward: 1 }; }
  }`);
  const results = await Promise.all([call(host, ''), call(host, '', { exit: true }), call(host, '')]);
  expect(results.map((result) => result.ok)).toEqual([true, false, true]);
  expect(messageOf(results[1])).toContain('exit code 3');
});

test('prints reach the log and do not disturb the results', async () => {
  const lines: string[] = [];
  const host = await hostOf(
    `export class Scorer { evaluate() { console.log('{"kind":"done"}'); console.error('two'); return { reward: 1 }; } }`,
    { onLog: (line) => lines.push(line) },
  );
  expect(await call(host, '')).toMatchObject({ ok: true });
  await expect.poll(() => lines.toSorted()).toEqual(['two', '{"kind":"done"}']);
});

test('an aborted call rejects with the reason of the signal', async () => {
  const host = await hostOf(`export class Scorer { evaluate() { return new Promise(() => undefined); } }`);
  const abort = new AbortController();
  const pending = host.evaluate({ data: {}, target: { finalAnswer: '', isTruncated: false } }, abort.signal);
  abort.abort(new Error('stopping'));
  await expect(pending).rejects.toThrow('stopping');
});

test('a file that does not compile is refused with file, line and column', async () => {
  await expect(hostOf('export class Scorer { evaluate( }')).rejects.toThrow(
    /does not compile[^]*evaluator-\d+\.ts:1:\d+/,
  );
});

test('a missing file is refused with its path', async () => {
  const modulePath = path.join(folder, 'nowhere.ts');
  const options = { modulePath, className: 'Scorer', timeoutMs: 1000, onLog: () => undefined, childPath };
  await expect(createEvaluatorHost(options)).rejects.toThrow('nowhere.ts');
});

test('a missing class is refused with the names of those that exist', async () => {
  await expect(hostOf('export class Judge { evaluate() { return { reward: 1 }; } }')).rejects.toThrow(
    /no exported class Scorer\. It exports Judge/,
  );
});

test('a module that throws at load is refused with its error', async () => {
  await expect(hostOf(`throw new Error('no dictionary');`)).rejects.toThrow('no dictionary');
});

test('a module path is split into file and class', () => {
  expect(splitModulePath('agent_workspace/evaluator.ts:PigLatin')).toEqual({
    file: 'agent_workspace/evaluator.ts',
    className: 'PigLatin',
  });
  expect(splitModulePath('agent_workspace/evaluator.ts')).toBeNull();
});
