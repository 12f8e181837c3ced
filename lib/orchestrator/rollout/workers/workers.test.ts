import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createCodeHosts } from '@/lib/agents/code/code-hosts';
import { openWorkerCode } from '@/lib/agents/open-worker-code';
import { bundleForTest } from '@/lib/testing/bundle-for-test';
import { aRolloutTask } from '@/lib/testing/rollouts';
import { scriptedModel } from '@/lib/testing/scripted-model';
import { testFolder } from '@/lib/testing/test-folder';
import { createMockWorker, mockReward } from './mock-worker';
import { createOwnWorker } from './own-worker';
import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';
import { createPigLatinWorker } from './pig-latin-worker';
import { createSingleTurnWorker } from './single-turn-worker';
import { hooksOf } from './worker-hooks';
import { findPython } from '@/scripts/find-python.mjs';

vi.setConfig({ testTimeout: 60_000 });

const python = await findPython();
let bundles = '';
let scriptChild = '';
beforeAll(async () => {
  bundles = await mkdtemp(path.join(tmpdir(), 'galley-workers-'));
  scriptChild = await bundleForTest('lib/agents/code/script-child.ts', bundles);
});
afterAll(() => rm(bundles, { recursive: true, force: true }));

const never = new AbortController().signal;
const limits = { merge: true, maxSequenceLength: null };
const versionOf = (version: number): number => version;
const SEEDS_WORKER = 'recipes/my_task/agent_workspace/custom_worker.py';

/** The hooks of a worker that stands in a file of its own. */
async function hooksFrom(name: string, text: string, className = 'MyTaskWorker') {
  const folder = await testFolder();
  await writeFile(path.join(folder, name), text);
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
  const thing = await code.load({
    file: path.join(folder, name),
    name: className,
    use: 'worker',
    config: {},
  });
  return { hooks: hooksOf(thing, { label: name, timeoutMs: 10_000 }), close: () => code.close() };
}

const TYPESCRIPT_TWIN = `
export class MyTaskWorker {
  formatTaskQuery({ context = '', question = '' }: Record<string, string>): string {
    return \`Context: \${context}\\n\\nQuestion: \${question}\\n\\nPlease provide your answer:\`;
  }
  getTrainLossMask(infos: readonly { is_final?: boolean }[]): boolean[] {
    return infos.map(({ is_final = false }) => is_final);
  }
}`;

test.each([
  ['custom_worker.py', () => readFile(SEEDS_WORKER, 'utf8')],
  ['custom_worker.ts', () => Promise.resolve(TYPESCRIPT_TWIN)],
])('the hooks of %s decide the query and what is trained on', async (name, read) => {
  const { hooks, close } = await hooksFrom(name, await read());
  const { model, asked } = scriptedModel(['4']);
  const worker = createSingleTurnWorker({
    inference: { ...stubService(), generate: model.generate },
    maxTokens: 10,
    stop: [],
    hooks,
    chat: null,
    versionOf,
    ...limits,
  });
  const data = { context: 'Sums', question: '2+2?' };
  const { finalAnswer, sequences } = await worker.run(aRolloutTask({ data }), never);
  expect(asked[0]?.prompt).toBe('Context: Sums\n\nQuestion: 2+2?\n\nPlease provide your answer:');
  expect(finalAnswer).toBe('4');
  expect(sequences[0]?.lossMask.slice(-2)).toEqual([1, 1]);
  expect(await hooks.trainLossMask?.([{ is_final: false }, { is_final: true }], never)).toEqual([
    false,
    true,
  ]);
  await close();
});

const OWN_PYTHON = `
from nexrl.rollout_worker import BaseNexAURolloutWorker
from nexrl.rollout_worker.base_nexau_rollout_worker import AgentOutput

class MyTaskWorker(BaseNexAURolloutWorker):
    def run_agent(self, task):
        messages = [{"role": "user", "content": task["question"]}]
        first = self._inference_client.generate(messages)["choices"][0]["message"]
        messages += [first, {"role": "user", "content": "Are you sure?"}]
        second = self._inference_client.generate(messages)["choices"][0]["message"]
        return AgentOutput(second["content"])

    def get_train_loss_mask(self, trajectory_infos):
        return [info["is_final"] for info in trajectory_infos]
`;
const OWN_TYPESCRIPT = `
import { generate } from 'galley/worker';
export class MyTaskWorker {
  async runAgent(task: { question: string }) {
    const messages = [{ role: 'user', content: task.question }];
    const first = await generate(messages);
    messages.push(first.choices[0].message, { role: 'user', content: 'Are you sure?' });
    const second = await generate(messages);
    return { finalAnswer: second.choices[0].message.content };
  }
  getTrainLossMask(infos: readonly { is_final: boolean }[]) { return infos.map((info) => info.is_final); }
}`;

test.each([
  ['worker.py', OWN_PYTHON],
  ['worker.ts', OWN_TYPESCRIPT],
])('run_agent of %s talks to the model, and its tokens stay exact', async (name, text) => {
  const { hooks, close } = await hooksFrom(name, text);
  const { model, prompts } = scriptedModel(['4', '5']);
  const worker = createOwnWorker({
    model,
    hooks,
    versionOf,
    today: () => '2026-11-23',
    agent: null,
    ...limits,
  });
  const episode = await worker.run(aRolloutTask({ data: { question: '2+2?' } }), never);
  expect(prompts()).toEqual(['2+2?', '2+2?4<end>user: Are you sure?\nassistant: ']);
  expect(episode).toMatchObject({ finalAnswer: '5', counts: { modelCalls: 2 }, completionTokens: 4 });
  expect(episode.sequences).toHaveLength(1);
  const [sequence] = episode.sequences;
  const trained = sequence?.tokenTexts.filter((_, index) => sequence.lossMask[index] === 1);
  expect(trained?.join('')).toBe('5');
  expect(episode.turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  await close();
});

const FAKE_NEXAU = `
import pathlib

class _Caller:
    async_openai_client = None

class Agent:
    """Stands in for nexau.Agent: reads a name, asks its client with a tool, runs the tool, asks again."""

    @classmethod
    def from_yaml(cls, config_path):
        assert isinstance(config_path, pathlib.Path)
        agent = cls()
        agent.config = type("Config", (), {"name": config_path.read_text().split()[1]})
        agent.executor = type("Executor", (), {"llm_caller": _Caller()})
        return agent

    def run(self, *, message, custom_llm_client_provider):
        client = custom_llm_client_provider(self.config.name)
        tool = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
        messages = [{"role": "user", "content": [{"type": "text", "text": message}]}]
        reply = client.chat.completions.create(messages=messages, tools=[tool], max_tokens=200, temperature=0.1)
        said = reply.choices[0].message
        call = said.tool_calls[0]
        messages.append({"role": "assistant", "content": said.content, "tool_calls": [dict(call)]})
        messages.append({"role": "tool", "tool_call_id": call.id, "content": "5 from " + call.function.arguments})
        other = custom_llm_client_provider("helper").chat.completions.create(
            messages=[{"role": "user", "content": "sub-agent"}])
        assert other.choices[0].message.content == "aside"
        return client.chat.completions.create(messages=messages, tools=[tool]).choices[0].message.content
`;

describe.skipIf(python === null)('runtime: nexau', () => {
  const settings = {
    type: 'nexau',
    runtime: 'nexau',
    nexau_agent_config_path: 'agent.yaml',
    custom_rollout_worker_class_name: '',
  } as const;
  async function openNexau(modules: Readonly<Record<string, string>>) {
    const folder = await testFolder();
    await writeFile(path.join(folder, 'agent.yaml'), 'name: adder\n');
    for (const [name, text] of Object.entries(modules)) await writeFile(path.join(folder, name), text);
    const pythonFolder = path.resolve('lib/python');
    const code = createCodeHosts({
      folders: [folder],
      recipeFolder: folder,
      scriptChild,
      pythonNamed: python,
      pythonFolder,
      environment: { NODE_ENV: 'test', PATH: '/usr/bin:/bin' },
      workers: 2,
      onLine: () => undefined,
    });
    onTestFinished(() => code.close());
    return openWorkerCode(settings, { folders: [folder], code, pythonFolder, environment: {} });
  }

  test('the package runs the agent; its calls of the model are the rollout, token by token', async () => {
    const { own } = await openNexau({ 'nexau.py': FAKE_NEXAU });
    if (own === null) throw new Error('no worker');
    const call = '<tool_call>{"name":"add","arguments":{"a":2}}</tool_call>';
    const { model, prompts } = scriptedModel([`So: ${call}`, 'aside', 'five']);
    const hooks = hooksOf(own.thing, { label: own.label, timeoutMs: 10_000 });
    const worker = createOwnWorker({ model, hooks, versionOf, today: () => '', agent: null, ...limits });
    const episode = await worker.run(aRolloutTask({ data: { question: '2+3?' } }), never);
    expect(episode).toMatchObject({ finalAnswer: 'five', counts: { modelCalls: 2, toolCalls: 1 } });
    // the model's own text comes back word for word, so both calls are one sequence
    expect(prompts()[2]).toContain(`So: ${call}<end>tool: 5 from {"a":2}`);
    expect(episode.sequences).toHaveLength(1);
    expect(episode.turns.map(({ role, content }) => [role, content])).toEqual([
      ['user', '2+3?'],
      ['assistant', 'So:'],
      ['tool', '5 from {"a":2}'],
      ['assistant', 'five'],
    ]);
  });

  test('without the package the command that installs it is named', async () => {
    await expect(openNexau({})).rejects.toThrow(
      /imports nexau, which .* does not have\. Install it: .*NexAU/,
    );
  });
});

test('the math agent sends its messages through the chat template, and drops prompts that are too long', async () => {
  const { model, asked } = scriptedModel(['\\boxed{4}']);
  const worker = createSingleTurnWorker({
    inference: { ...stubService(), generate: model.generate },
    maxTokens: 20,
    stop: [],
    hooks: {},
    chat: { tokenizer: byteTokenizer, maxCharacters: 60 },
    versionOf,
    ...limits,
  });
  const rules = { role: 'system', content: 'Box it.' };
  const task = aRolloutTask({ text: '2+2?', messages: [rules, { role: 'user', content: '2+2?' }] });
  expect((await worker.run(task, never)).finalAnswer).toBe('\\boxed{4}');
  expect(asked[0]?.prompt).toBe('system: Box it.\nuser: 2+2?\nassistant: ');
  const long = [{ role: 'user', content: '2+2?'.repeat(20) }];
  await expect(worker.run({ ...task, messages: long }, never)).rejects.toThrow(
    /max_prompt_length lets 60 pass/,
  );
});

test('a worker that throws fails its rollout with its own line', async () => {
  const text = 'export class MyTaskWorker { runAgent(): void { throw new TypeError("no"); } }';
  const { hooks, close } = await hooksFrom('worker.ts', text);
  const { model } = scriptedModel([]);
  const worker = createOwnWorker({ model, hooks, versionOf, today: () => '', agent: null, ...limits });
  await expect(worker.run(aRolloutTask(), never)).rejects.toThrow(/worker\.ts: runAgent: TypeError: no/);
  await close();
});

test('the mock worker is a pure function of the task', async () => {
  const worker = createMockWorker({ ...limits, version: () => 3 });
  const task = aRolloutTask({ text: 'What is 2+2?' });
  const episode = await worker.run(task, never);
  expect(episode.evaluation?.reward).toBe(mockReward(task));
  expect(episode.sequences[0]).toMatchObject({ lossMask: [...Array<number>(10).fill(0), 1, 1, 1, 1, 1] });
  expect(episode.sequences[0]?.weightVersions.every((version) => version === 3)).toBe(true);
  const rewards = [0, 1, 2, 3, 4, 5, 6, 7].map((sample) => mockReward({ ...task, sample }));
  expect(new Set(rewards)).toEqual(new Set([0, 1]));
});

test("the supervised worker gives the row's own answer as its rollout", async () => {
  const worker = createPigLatinWorker({ ...limits, tokenizer: byteTokenizer, version: () => 0 });
  const data = { input: 'cat', output: 'atcay' };
  const { sequences, evaluation } = await worker.run(aRolloutTask({ data }), never);
  const trained = sequences[0]?.tokenTexts.filter((_, index) => sequences[0]?.lossMask[index] === 1);
  expect(trained?.join('')).toBe(' atcay\n\n');
  expect(evaluation?.reward).toBe(1);
  await expect(worker.run(aRolloutTask({ data: {} }), never)).rejects.toThrow(/columns input and output/);
});

test('a sequence beyond its limit is cut in all its arrays', async () => {
  const worker = createMockWorker({ merge: true, maxSequenceLength: 12, version: () => 0 });
  const episode = await worker.run(aRolloutTask(), never);
  expect(episode).toMatchObject({ isCut: true, isTruncated: true });
  const arrays = Object.values(episode.sequences[0] ?? {});
  expect(arrays.map((array) => array.length)).toEqual([12, 12, 12, 12, 12]);
});

function stubService() {
  return {
    encode: () => Promise.resolve([]),
    logprobs: () => Promise.resolve(new Float32Array()),
    loadWeights: () => Promise.resolve(),
    health: () => Promise.resolve({ ok: true, model: '', detail: '' } as const),
    close: () => Promise.resolve(),
  };
}
