import { spawn } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { findPython } from '@/scripts/find-python.mjs';
import { bundleForTest } from '@/lib/testing/bundle-for-test';
import { testFolder } from '@/lib/testing/test-folder';
import { createPythonPool, type PythonPoolOptions } from './create-python-pool';
import type { PythonCall, PythonHandle, PythonOutcome, PythonPool, PythonTarget } from './python-pool';

// Real Python processes. Skipped, and counted as skipped, where there is no Python.
vi.setConfig({ testTimeout: 60_000 });

const python = await findPython();
const pythonTest = test.skipIf(python === null);
const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const forever = new AbortController().signal;
setMaxListeners(0, forever);

const pools: PythonPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

type Bench = { readonly pool: PythonPool; readonly lines: readonly string[]; readonly folder: string };

async function poolOf(options: Partial<PythonPoolOptions> = {}): Promise<Bench> {
  const folder = await testFolder();
  const lines: string[] = [];
  const pool = createPythonPool({
    interpreter: { command: python ?? 'python3', from: 'GALLEY_PYTHON' },
    folder: FOLDER,
    cwd: folder,
    environment: { NODE_ENV: 'test', PATH: '/usr/bin:/bin' },
    onLine: (line) => lines.push(line),
    processes: 1,
    ...options,
  });
  pools.push(pool);
  return { pool, lines, folder };
}

async function load(bench: Bench, code: string, target: Partial<PythonTarget> = {}): Promise<PythonHandle> {
  const file = path.join(bench.folder, 'code.py');
  await writeFile(file, code);
  return bench.pool.load({
    source: { file },
    name: 'Thing',
    make: 'object',
    paths: [bench.folder],
    roots: [bench.folder],
    ...target,
  });
}

const call = (
  bench: Bench,
  handle: PythonHandle,
  options: Partial<PythonCall> & Pick<PythonCall, 'method'>,
) => bench.pool.call({ handle, timeoutMs: 20_000, ...options }, forever);

const messageOf = (outcome: PythonOutcome | undefined): string =>
  outcome === undefined || outcome.ok ? 'no failure' : outcome.message;

pythonTest('methods of a class of a file are called with what they are given', async () => {
  const bench = await poolOf();
  const handle = await load(
    bench,
    'class Thing:\n    def __init__(self, base):\n        self.base = base\n    def add(self, one, two=0):\n        return {"sum": self.base + one + two, "word": "ü\\ud800"}\n',
    { args: { base: 100 } },
  );
  expect(await call(bench, handle, { method: 'add', args: [1], kwargs: { two: 20 } })).toMatchObject({
    ok: true,
    value: { sum: 121, word: 'ü\ud800' },
  });
});

pythonTest('a function of a module that lies in one of the folders is called', async () => {
  const bench = await poolOf();
  await mkdir(path.join(bench.folder, 'tools'));
  await writeFile(path.join(bench.folder, 'tools/sums.py'), 'def run(query):\n    return query * 2\n');
  const handle = await bench.pool.load({
    source: { module: 'tools.sums' },
    name: 'run',
    make: 'function',
    paths: [bench.folder],
    roots: [bench.folder],
  });
  expect(await call(bench, handle, { method: null, kwargs: { query: 'ab' } })).toMatchObject({
    value: 'abab',
  });
});

pythonTest('thousands of calls are answered each with its own result, by two processes', async () => {
  const bench = await poolOf({ processes: 2 });
  const handle = await load(bench, 'class Thing:\n    def echo(self, n):\n        return n\n');
  const numbers = Array.from({ length: 3000 }, (_, index) => index);
  const outcomes = await Promise.all(numbers.map((n) => call(bench, handle, { method: 'echo', args: [n] })));
  expect(outcomes.map((outcome) => (outcome.ok ? outcome.value : null))).toEqual(numbers);
});

pythonTest('prints come back with their call and do not disturb the frames', async () => {
  const bench = await poolOf();
  const handle = await load(
    bench,
    'import os, sys\nclass Thing:\n    def talk(self, word):\n        print("saying", word)\n        sys.stderr.write("half a line")\n        os.write(1, b"from C\\n")\n        return input() if word == "ask" else word\n',
  );
  const outcome = await call(bench, handle, { method: 'talk', args: ['a'] });
  expect(outcome).toMatchObject({ ok: true, value: 'a', printed: ['saying a', 'half a line'] });
  await expect.poll(() => bench.lines).toContain('from C');
  expect(messageOf(await call(bench, handle, { method: 'talk', args: ['ask'] }))).toContain('EOFError');
});

pythonTest('an error names type, message, file and line of the code, with its traceback', async () => {
  const bench = await poolOf();
  const handle = await load(
    bench,
    'import json\nclass Thing:\n    def read(self, text):\n        return json.loads(text)\n    def leave(self):\n        raise SystemExit(3)\n',
  );
  const outcome = await call(bench, handle, { method: 'read', args: ['{'] });
  expect(messageOf(outcome)).toMatch(/^json\.decoder\.JSONDecodeError: .* at code\.py:4$/);
  expect(outcome).toMatchObject({ place: { file: path.join(bench.folder, 'code.py'), line: 4 } });
  expect(bench.lines.join('\n')).toContain('Traceback (most recent call last)');
  expect(messageOf(await call(bench, handle, { method: 'leave' }))).toBe('SystemExit: 3 at code.py:6');
  expect(messageOf(await call(bench, handle, { method: 'nothing' }))).toContain('has no method nothing');
});

pythonTest.each([
  ['def f(:\n', /code\.py: SyntaxError: .* at code\.py:1$/],
  ['import no_such_package_here\n', /code\.py \(line 1\) imports no_such_package_here, .* does not have/],
  ['class Other: pass\n', /has no class Thing\. It has Other\./],
  ['class Thing:\n    def __init__(self, size): pass\n', /missing 1 required positional argument: 'size'/],
])('code that cannot be loaded is refused: %j', async (code, message) => {
  const bench = await poolOf();
  await expect(load(bench, code)).rejects.toThrow(message);
});

pythonTest(
  'a missing package comes with the command that installs the requirements of the recipe',
  async () => {
    const bench = await poolOf();
    await writeFile(path.join(bench.folder, 'requirements.txt'), 'scikit-learn\n');
    await expect(load(bench, 'import sklearn_galley_none\n')).rejects.toThrow(
      `${python ?? ''} -m pip install -r ${path.join(bench.folder, 'requirements.txt')}`,
    );
  },
);

test('an interpreter that is not there is named', async () => {
  const bench = await poolOf({ interpreter: { command: 'no-such-python', from: 'PATH' } });
  await expect(load(bench, '')).rejects.toThrow('There is no no-such-python on the PATH');
});

const DEADLY = `
import os, signal, pathlib
class Thing:
    def work(self, n, deaths, mark):
        path = pathlib.Path(mark)
        seen = int(path.read_text()) if path.exists() else 0
        if deaths > seen:
            path.write_text(str(seen + 1))
            os.kill(os.getpid(), signal.SIGKILL)
        return n
`;

pythonTest('a process that is killed under a call loses nothing', async () => {
  const bench = await poolOf({ processes: 2 });
  const handle = await load(bench, DEADLY);
  const mark = path.join(bench.folder, 'mark');
  const outcomes = await Promise.all(
    Array.from({ length: 300 }, (_, n) =>
      call(bench, handle, { method: 'work', args: [n, n === 150 ? 1 : 0, mark] }),
    ),
  );
  expect(await readFile(mark, 'utf8')).toBe('1');
  expect(outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.message))).toEqual(
    Array.from({ length: 300 }, (_, n) => n),
  );
});

pythonTest('a call that ends its process twice fails alone, with how it ended', async () => {
  const bench = await poolOf();
  const handle = await load(bench, DEADLY);
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      call(bench, handle, { method: 'work', args: [n, n === 50 ? 9 : 0, path.join(bench.folder, 'mark')] }),
    ),
  );
  const failed = outcomes.filter(({ ok }) => !ok);
  expect(failed.map(messageOf)).toEqual([expect.stringMatching(/^Thing ended its process twice \(SIGKILL/)]);
  expect(await readFile(path.join(bench.folder, 'mark'), 'utf8')).toBe('2');
});

const SLOW = `
import re, time, asyncio
class Thing:
    def loop(self, n):
        while n == 3: pass
        return n
    def lock(self, n):
        if n == 3: re.match(r"(a+)+$", "a" * 60 + "b")
        return n
    def sleep(self, seconds):
        time.sleep(seconds)
        return seconds
    async def nap(self, seconds):
        await asyncio.sleep(seconds)
        return seconds
`;

pythonTest.each(['loop', 'lock'])('a call that never returns is cut alone (%s)', async (method) => {
  const bench = await poolOf();
  const handle = await load(bench, SLOW);
  await call(bench, handle, { method: 'sleep', args: [0] });
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, n) => call(bench, handle, { method, args: [n], timeoutMs: 300 })),
  );
  expect(outcomes.map(({ ok }) => ok)).toEqual(Array.from({ length: 20 }, (_, n) => n !== 3));
  expect(messageOf(outcomes[3])).toBe('Thing did not return within its limit of 0.3 s; the call was cut.');
});

pythonTest('a long call does not hold back those that were sent after it', async () => {
  const bench = await poolOf({ processes: 2 });
  const handle = await load(
    bench,
    'import time\nclass Thing:\n    def sleep(self, seconds):\n        for _ in range(int(seconds * 100)):\n            time.sleep(0.01)\n            print("still at it")\n        return seconds\n',
  );
  // teaches both processes that calls are short
  await Promise.all(Array.from({ length: 400 }, () => call(bench, handle, { method: 'sleep', args: [0] })));
  let isLongOver = false;
  const long = call(bench, handle, { method: 'sleep', args: [15] }).finally(() => (isLongOver = true));
  await Promise.all(Array.from({ length: 400 }, () => call(bench, handle, { method: 'sleep', args: [0] })));
  expect(isLongOver).toBe(false);
  await bench.pool.close();
  expect((await long).ok).toBe(false);
});

pythonTest('coroutines run side by side in one process, and end when nobody waits for them', async () => {
  const bench = await poolOf();
  const handle = await load(
    bench,
    'import asyncio\nclass Thing:\n    waiting = 0\n    async def meet(self):\n        Thing.waiting += 1\n        while Thing.waiting < 50: await asyncio.sleep(0.01)\n        return True\n    async def wait(self):\n        try:\n            await asyncio.sleep(1000)\n        except asyncio.CancelledError:\n            print("cancelled")\n            raise\n',
  );
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, () => call(bench, handle, { method: 'meet' })),
  );
  expect(outcomes.every(({ ok }) => ok)).toBe(true);
  const abort = new AbortController();
  const waiting = bench.pool.call({ handle, method: 'wait', timeoutMs: 60_000 }, abort.signal);
  // another call's answer shows that the first has arrived
  await call(bench, handle, { method: 'meet' });
  abort.abort(new Error('stopping'));
  await expect(waiting).rejects.toThrow('stopping');
  await expect.poll(() => bench.lines).toContain('cancelled');
});

pythonTest('threads run side by side where they are asked for, each with an object of its own', async () => {
  const bench = await poolOf();
  const handle = await load(
    bench,
    'import threading\nmeeting = threading.Barrier(8)\nclass Thing:\n    def __init__(self): self.calls = 0\n    def meet(self):\n        meeting.wait(10)\n        self.calls += 1\n        return self.calls\n',
    { threads: 8 },
  );
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () => call(bench, handle, { method: 'meet' })),
  );
  expect(outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.message))).toEqual(Array(8).fill(1));
});

pythonTest('code asks for things during a call, waiting and in coroutines', async () => {
  const bench = await poolOf();
  const handle = await load(
    bench,
    'from galley_host.requests import request, request_async\nclass Thing:\n    def ask(self, n): return request("double", {"n": n}) + 1\n    async def ask_later(self, n): return await request_async("double", {"n": n}) + 1\n',
    { threads: 4 },
  );
  const asked: unknown[] = [];
  const onRequest = (name: string, payload: unknown): Promise<unknown> => {
    asked.push([name, payload]);
    const n = typeof payload === 'object' && payload !== null && 'n' in payload ? Number(payload.n) : 0;
    return n === 7 ? Promise.reject(new Error('not seven')) : Promise.resolve(n * 2);
  };
  const ask = (method: string, n: number) => call(bench, handle, { method, args: [n], onRequest });
  const outcomes = await Promise.all([ask('ask', 1), ask('ask_later', 2), ask('ask', 7)]);
  expect(outcomes).toMatchObject([{ value: 3 }, { value: 5 }, { ok: false }]);
  expect(messageOf(outcomes[2])).toContain('HostError: not seven');
  expect(asked).toContainEqual(['double', { n: 1 }]);
});

pythonTest('a process that has nothing to do is ended, and the next call starts another', async () => {
  const bench = await poolOf({ idleMs: 50 });
  const handle = await load(bench, 'import os\nclass Thing:\n    def pid(self): return os.getpid()\n');
  const first = await call(bench, handle, { method: 'pid' });
  const pid = first.ok ? Number(first.value) : 0;
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
  const second = await call(bench, handle, { method: 'pid' });
  expect(second.ok).toBe(true);
  expect(second).not.toMatchObject({ value: pid });
});

pythonTest('nothing stays behind when Node is killed, not even a loop and what it has started', async () => {
  const folder = await testFolder();
  const code =
    'import subprocess, pathlib, os\nclass Thing:\n    def spin(self):\n        child = subprocess.Popen(["sleep", "1000"])\n        pathlib.Path("pids").write_text(f"{os.getpid()} {child.pid}")\n        while True: pass\n';
  await writeFile(path.join(folder, 'code.py'), code);
  await writeFile(
    path.join(folder, 'parent.mjs'),
    `import { createPythonPool } from '${await bundleForTest('lib/python/create-python-pool.ts', folder)}';
     const pool = createPythonPool({ interpreter: { command: ${JSON.stringify(python)}, from: 'PATH' }, folder: ${JSON.stringify(FOLDER)},
       cwd: ${JSON.stringify(folder)}, environment: {}, onLine: () => {} });
     const handle = await pool.load({ source: { file: '${folder}/code.py' }, name: 'Thing', make: 'object', paths: [], roots: [] });
     await pool.call({ handle, method: 'spin', timeoutMs: 1e6 }, new AbortController().signal);`,
  );
  const parent = spawn(process.execPath, [path.join(folder, 'parent.mjs')], { stdio: 'inherit' });
  const pids = path.join(folder, 'pids');
  const read = async (): Promise<number[]> =>
    (await readFile(pids, 'utf8').catch(() => '')).split(' ').filter(Boolean).map(Number);
  await expect.poll(read, { timeout: 30_000 }).toHaveLength(2);
  parent.kill('SIGKILL');
  const [own = 0, child = 0] = await read();
  await expect.poll(() => [isAlive(own), isAlive(child)], { timeout: 20_000 }).toEqual([false, false]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
