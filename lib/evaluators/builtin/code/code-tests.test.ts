import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test, vi } from 'vitest';
import { findPython } from '@/scripts/find-python.mjs';
import { codeTests } from './code-tests';
import { findCode } from './find-code';

vi.setConfig({ testTimeout: 60_000 });
const python = await findPython();
const pythonTest = test.skipIf(python === null);

const score = async (answer: string, tests: unknown, args: Record<string, unknown> = {}) =>
  codeTests({ command: args['language'] === 'javascript' ? null : python, ...args }).evaluate(
    { tests },
    { finalAnswer: answer, isTruncated: false },
  );

test('the program is the last fenced block of its language', () => {
  const answer = 'First\n```python\na\n```\nthen\n```js\nb\n```\nno:\n```py\nc\n```\n```\nd\n```';
  expect(findCode(answer, ['python', 'py'])).toBe('c\n');
  expect(findCode('```\nd\n```', ['python'])).toBe('d\n');
  expect(findCode('print(1)', ['python'])).toBe('print(1)');
  expect(findCode('```rust\nd\n```', ['python'])).toBe('');
});

const ADD = '```python\ndef add(a, b):\n    return a + b\n```';

pythonTest('assertions pass one by one', async () => {
  expect(await score(ADD, ['assert add(1, 2) == 3', 'assert add(0, 0) == 0'])).toMatchObject({
    reward: 1,
    metrics: { tests_passed: 1, all_passed: 1, has_code: 1 },
  });
  const half = await score(ADD, ['assert add(1, 2) == 3', 'assert add(1, 2) == 4']);
  expect(half).toMatchObject({ reward: 0, metrics: { tests_passed: 0.5 } });
  expect(half.extraInfo).toEqual({ problems: ['test 1: AssertionError: '] });
  expect(
    (await score(ADD, '["assert add(1, 2) == 3", "assert add(1, 2) == 4"]', { partial: true })).reward,
  ).toBe(0.5);
  expect((await score(ADD, 'for n in range(9):\n    assert add(n, n) == 2 * n')).reward).toBe(1);
  expect((await score('no code here', ['assert True'])).reward).toBe(0);
});

pythonTest('inputs are answered by outputs', async () => {
  const tests = [
    { input: '1 2\n', output: '3' },
    { input: '5 5\n', output: '10\n' },
  ];
  const code = '```python\na, b = map(int, input().split())\nprint(a + b)\n```';
  expect((await score(code, tests)).reward).toBe(1);
  expect((await score(code.replace('+', '-'), tests)).metrics).toMatchObject({ tests_passed: 0 });
});

test('JavaScript runs, too', async () => {
  const args = { language: 'javascript' };
  const code = '```js\nfunction add(a, b) { return a + b; }\n```';
  expect((await score(code, ['assert.equal(add(1, 2), 3)'], args)).reward).toBe(1);
  expect((await score(code, ['assert.equal(add(1, 2), 4)'], args)).reward).toBe(0);
  expect((await score('```js\nprocess.exit(0)\n```', ['assert(true)'], args)).reward).toBe(0);
});

pythonTest.each([
  ['leaving early', 'import os; os._exit(0)', 'ended before its tests did'],
  ['a polite exit', 'import sys; sys.exit(0)', 'SystemExit'],
  ['printing verdicts', 'print("\\n[null]"); import os; os._exit(0)', 'ended before its tests did'],
  ['an endless loop', 'while True: pass', 'did not end within 1 s'],
  ['a flood of output', 'while True: print("x" * 10000)', 'wrote more than 256 kB'],
  ['much memory', 'x = bytearray(4 * 1024 ** 3)', 'MemoryError'],
  ['a large file', 'open("big", "wb").write(bytes(50 * 1024 ** 2))', ''],
  ['a broken program', 'def add(a b):', 'SyntaxError'],
])('%s passes no test', async (_, code, problem) => {
  const result = await score(`\`\`\`python\n${code}\n\`\`\``, ['assert True'], { timeout_seconds: 1 });
  expect(result.reward).toBe(0);
  expect(JSON.stringify(result.extraInfo)).toContain(problem);
});

pythonTest('a program sees no variables of ours, and leaves nothing behind', async () => {
  const before = foldersLeft();
  const code = '```python\nimport os\nopen("left", "w").write("x")\n```';
  const tests = [
    'assert set(os.environ) <= {"HOME", "LANG", "LC_CTYPE", "NODE_ENV", "PATH", "PWD", "SHLVL", "TMPDIR", "_"}, sorted(os.environ)',
    'assert os.path.exists("left")',
  ];
  expect((await score(code, tests)).extraInfo).toEqual({ problems: [] });
  expect(foldersLeft()).toEqual(before);
});

function foldersLeft(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('galley-code-'));
}

test('a row without tests fails the rollout', async () => {
  await expect(score(ADD, undefined)).rejects.toThrow('no tests in tests');
});
