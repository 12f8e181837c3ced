import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { mergeCalls } from '@/lib/rl/merge-calls';
import { bundleForTest } from '@/lib/testing/bundle-for-test';
import { scriptedModel } from '@/lib/testing/scripted-model';
import { testFolder } from '@/lib/testing/test-folder';
import { createCodeHosts } from './code/code-hosts';
import { loadAgent } from './load-agent';
import { runAgent } from './run-agent';
import { findPython } from '@/scripts/find-python.mjs';

// Agents on disk with tools in real processes of both languages; only the model is a script.

vi.setConfig({ testTimeout: 60_000 });

const python = await findPython();
let bundles = '';
let scriptChild = '';
beforeAll(async () => {
  bundles = await mkdtemp(path.join(tmpdir(), 'galley-agents-'));
  scriptChild = await bundleForTest('lib/agents/code/script-child.ts', bundles);
});
afterAll(() => rm(bundles, { recursive: true, force: true }));

const never = new AbortController().signal;
const call = (name: string, args: object): string =>
  `<tool_call>${JSON.stringify({ name, arguments: args })}</tool_call>`;

const ADD_YAML = `
type: tool
name: add
description: Adds two numbers.
input_schema:
  type: object
  properties: { a: { type: number }, b: { type: number } }
  required: [a, b]
  additionalProperties: false
`;
const FILES: Readonly<Record<string, string>> = {
  'agent.yaml': `
type: agent
name: adder
system_prompt: "It is {{date}}. {{ task }}"
max_iterations: 4
tools_in_prompt: false
tool_timeout: 0.5
tools:
  - { name: add, yaml_path: ./tools/add.yaml, binding: 'tools/add.ts:Add', config: { unit: '!' } }
  - { name: add_py, yaml_path: ./tools/add.yaml, binding: 'tools.adder:Adder', config: { unit: '?' } }
  - { name: function_py, yaml_path: ./tools/add.yaml, binding: 'tools.adder:plain' }
  - { name: hang, yaml_path: ./tools/add.yaml, binding: 'tools/add.ts:hang' }
  - { name: wait, yaml_path: ./tools/add.yaml, binding: 'tools/add.ts:wait' }
  - { name: done, yaml_path: ./tools/add.yaml, binding: 'tools/add.ts:plain' }
stop_tools: [done]
sub_agents:
  - { name: helper, config_path: ./helper.yaml }
`,
  'helper.yaml': 'name: helper\nsystem_prompt: You help.\n',
  'tools/add.yaml': ADD_YAML,
  'tools/add.ts': `
export class Add {
  constructor(private readonly config: { readonly unit: string }) {}
  execute({ a, b }: { a: number; b: number }): string {
    if (a < 0) throw new RangeError('too small');
    return String(a + b) + this.config.unit;
  }
}
export function hang(): void { for (;;) { /* forever */ } }
export function wait(): Promise<void> { return new Promise(() => undefined); }
export async function plain({ a, b }: { a: number; b: number }) { return { sum: a + b }; }
`,
  'tools/adder.py': `
class Adder:
    def __init__(self, config):
        self.config = config

    def execute(self, a, b):
        return str(a + b) + self.config["unit"]

def plain(a, b):
    return a + b
`,
};

async function open(changes: Readonly<Record<string, string>> = {}) {
  const folder = await testFolder();
  for (const [name, text] of Object.entries({ ...FILES, ...changes })) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const code = createCodeHosts({
    folders: [folder],
    recipeFolder: folder,
    scriptChild,
    pythonNamed: python,
    pythonFolder: path.resolve('lib/python'),
    environment: { NODE_ENV: 'test', PATH: '/usr/bin:/bin' },
    workers: 4,
    onLine: () => undefined,
  });
  const environment = { CITY: 'Ulm' };
  const options = { recipeFolder: folder, workspaces: [], code, namedBy: 'the recipe', environment };
  return { code, load: () => loadAgent(path.join(folder, 'agent.yaml'), options) };
}

const request = {
  query: 'What is 2+3?',
  temperature: 1,
  seed: 7,
  variables: { date: '2026-11-23', task: 'Add.' },
};

async function converse(
  lines: readonly string[],
  changes: Parameters<typeof scriptedModel>[1] = {},
  files = {},
) {
  const { code, load } = await open(files);
  try {
    const script = scriptedModel(lines, changes);
    const run = await runAgent({ agent: await load(), model: script.model }, request, never);
    return { run, ...script };
  } finally {
    await code.close();
  }
}

describe('a conversation', () => {
  test('goes on with the exact tokens of before, and its calls merge into one sequence', async () => {
    const { run, prompts } = await converse([call('add', { a: 2, b: 3 }), '5']);
    const [first = '', second = ''] = prompts();
    expect(first).toBe('system: It is 2026-11-23. Add.\nuser: What is 2+3?\nassistant: ');
    expect(second).toBe(`${first}${call('add', { a: 2, b: 3 })}<end>tool: 5!\nassistant: `);
    const { sequences } = mergeCalls(run.calls.map((each) => ({ ...each, isTrained: true })));
    expect(sequences).toHaveLength(1);
    expect(run).toMatchObject({ finalAnswer: '5', endedBy: 'answer' });
    expect(run.turns.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant']);
  });

  test('calls tools in both languages, classes and functions, several at once and in order', async () => {
    const args = { a: 1, b: 2 };
    const names = ['add_py', 'function_py', 'add'];
    const { run } = await converse([names.map((name) => call(name, args)).join('\n'), 'well']);
    const results = run.turns.filter((turn) => turn.role === 'tool');
    expect(results.map(({ content }) => content)).toEqual(['3?', '3', '3!']);
    expect(run.counts).toEqual({ toolCalls: 3, toolErrors: 0, toolTimeouts: 0 });
  });

  test('tells the model what was wrong with a call, and counts it', async () => {
    const wrong = [
      '<tool_call>add 1 and 2</tool_call>',
      call('add', { a: 'one', b: 2, c: 3 }),
      call('nothing', {}),
      call('add', { a: -1, b: 2 }),
    ];
    const { run } = await converse([wrong.join(''), 'sorry']);
    const results = run.turns.filter((turn) => turn.role === 'tool').map(({ content }) => content);
    expect(results).toEqual([
      expect.stringContaining('not a JSON object'),
      expect.stringMatching(/add: .*additional properties \(c\).*a must be number/),
      expect.stringMatching(/no tool nothing.*add, add_py/),
      expect.stringMatching(/RangeError: too small at add\.ts:5/),
    ]);
    expect(run.counts).toEqual({ toolCalls: 4, toolErrors: 4, toolTimeouts: 0 });
    expect(run.endedBy).toBe('answer');
  });

  test('a tool that never returns is cut at its limit, and the others go on', async () => {
    const args = { a: 1, b: 1 };
    const { run } = await converse([call('wait', args) + call('hang', args), call('add', args), '2']);
    const results = run.turns.filter((turn) => turn.role === 'tool');
    expect(results.map(({ outcome }) => outcome)).toEqual(['timeout', 'timeout', 'ok']);
    expect(results[1]?.content).toMatch(/hang: It did not return within its limit of 0.5 s \(tool_timeout\)/);
    expect(run.counts.toolTimeouts).toBe(2);
  });

  test('a sub-agent answers with the same model, outside of what is trained on', async () => {
    const { run, prompts } = await converse([call('helper', { message: 'Help!' }), 'helped', 'thanks']);
    expect(prompts()[1]).toBe('system: You help.\nuser: Help!\nassistant: ');
    expect(run.calls).toHaveLength(2);
    expect(run.turns.at(-2)).toMatchObject({ role: 'tool', name: 'helper', content: 'helped' });
    const below = run.turns.filter(({ agent }) => agent?.[0] === 'helper');
    expect(below.map(({ role, content }) => [role, content])).toEqual([
      ['system', 'You help.'],
      ['user', 'Help!'],
      ['assistant', 'helped'],
    ]);
  });

  test.each([
    ['stop_tool', [call('done', { a: 1, b: 2 })], { finalAnswer: '{"sum":3}' }],
    [
      'max_iterations',
      Array.from({ length: 9 }, () => `so ${call('add', { a: 1, b: 2 })}`),
      { finalAnswer: 'so' },
    ],
    ['max_tokens', ['a very long answer'], { maxTokens: 6, finalAnswer: 'a very' }],
    ['max_context_tokens', [call('add', { a: 1, b: 2 })], { contextTokens: 140, finalAnswer: '' }],
  ] as const)('ends by %s', async (endedBy, lines, { finalAnswer, ...changes }) => {
    const { run } = await converse(lines, changes);
    expect(run).toMatchObject({ endedBy, finalAnswer });
  });
});

describe("an agent's files", () => {
  test.each([
    ['name: x\nmax_iterations: many\n', /^agent\.yaml:2: max_iterations: /],
    ['name: x\ntools:\n  - name: a\n    binding: b:c\n', /^agent\.yaml:3: tools\.0\.yaml_path: /],
    ['name: [\n', /^agent\.yaml:2: /],
    ['name: x\nstop_tools: [bye]\n', /^agent\.yaml:2: stop_tools\.0: stop_tools names bye/],
    [
      'name: x\nsystem_prompt: "${env.NOBODY}"\n',
      /^agent\.yaml:2: the environment variable NOBODY is not set/,
    ],
    [
      "name: x\ntools:\n  - { name: a, yaml_path: tools/add.yaml, binding: 'tools.nothing:run' }\n",
      /^agent\.yaml:3: tools\.0\.binding: the binding tools\.nothing:run names no file/,
    ],
    [
      "name: x\ntools:\n  - { name: a, yaml_path: tools/add.yaml, binding: 'tools/add.ts:Subtract' }\n",
      /^agent\.yaml:3: tools\.0\.binding: .*no exported class or function Subtract; exported: Add, hang, plain, wait/,
    ],
    [
      "name: x\ntools:\n  - { name: a, yaml_path: tools/add.yaml, binding: 'tools.adder:subtract' }\n",
      /^agent\.yaml:3: tools\.0\.binding: .*has no function subtract\. It has .*plain/,
    ],
    [
      "name: x\ntools:\n  - { name: a, yaml_path: tools/wrong.yaml, binding: 'tools.adder:plain' }\n",
      /^tools\/wrong\.yaml:2: input_schema is not a JSON schema: /,
    ],
    [
      'name: x\nsub_agents:\n  - { name: y, config_path: y.yaml }\n',
      /^agent\.yaml:3: sub_agents\.0\.config_path names .*y\.yaml/,
    ],
  ])('%j is refused with its place', async (text, message) => {
    const { code, load } = await open({
      'agent.yaml': text,
      'tools/wrong.yaml': 'name: a\ninput_schema: { type: strong }\n',
    });
    await expect(load()).rejects.toThrow(message);
    await code.close();
  });

  test('all that is wrong with its tools is said at once', async () => {
    const tool = (name: string) => `  - { name: ${name}, yaml_path: tools/none.yaml, binding: 'a:b' }\n`;
    const { code, load } = await open({ 'agent.yaml': `name: x\ntools:\n${tool('a')}${tool('b')}` });
    await expect(load()).rejects.toThrow(/^agent\.yaml:3: .*\nagent\.yaml:4: /);
    await code.close();
  });

  test('variables of the environment and arguments that the model does not write are filled in', async () => {
    const tool = `{ name: add, yaml_path: tools/add.yaml, binding: 'tools/add.ts:plain', extra_kwargs: { b: 40 } }`;
    const files = {
      'agent.yaml': `name: x\nsystem_prompt: "In \${env.CITY}."\ntools_in_prompt: false\ntools:\n  - ${tool}\n`,
      'tools/add.yaml': 'name: add\ninput_schema: { type: object, properties: { a: { type: number } } }\n',
    };
    const { run, prompts } = await converse([call('add', { a: 2 }), 'so'], {}, files);
    expect(prompts()[0]).toMatch(/^system: In Ulm\./);
    expect(run.turns.at(-2)).toMatchObject({ content: '{"sum":42}' });
  });

  test('a variable of the prompt that nobody gives is named', async () => {
    const files = { 'agent.yaml': 'name: x\nsystem_prompt: "For {{customer}}"\n' };
    await expect(converse(['hi'], {}, files)).rejects.toThrow(
      /system_prompt of x uses \{\{customer\}\}.*date, task/,
    );
  });
});
