import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createRecipeFiles } from '@/lib/recipe-files/recipe-files';
import { galleyOnDisk } from '@/lib/testing/galley-on-disk';
import { matching } from '@/lib/testing/matching';
import { findPython } from '@/scripts/find-python.mjs';
import { inspectRecipe } from './preflight';

// What keeps an agent or a worker from working is said before the launch.
vi.setConfig({ testTimeout: 60_000 });
afterEach(() => vi.unstubAllEnvs());

const python = await findPython();

async function setUp() {
  const { env } = await galleyOnDisk({ python });
  const recipe = path.join(env.recipesDir, 'calculator');
  await cp('recipes/calculator', recipe, { recursive: true });
  const workspace = (name: string) => path.join(recipe, 'agent_workspace', name);
  const edit = async (name: string, from: string, to: string) => {
    const text = await readFile(workspace(name), 'utf8');
    expect(text).toContain(from);
    await writeFile(workspace(name), text.replace(from, to));
  };
  const check = async (...overrides: readonly string[]) => {
    const recipeFiles = createRecipeFiles(env.recipesDir);
    const entry = 'calculator/embedded.yaml';
    const { preflight } = await inspectRecipe({ env, recipeFiles }, { entry, overrides });
    return preflight.checks.find(({ id }) => id === 'worker');
  };
  return { check, edit, write: (name: string, text: string) => writeFile(workspace(name), text), workspace };
}

test('an agent that loads is named with its tools; keys that only NexAU reads are a warning', async () => {
  const { check, edit } = await setUp();
  expect(await check()).toMatchObject({
    status: 'passed',
    detail: 'The agent calculator_agent loads with calc.',
  });
  await edit('agent_config.yaml', 'tool_timeout: 5', 'tool_timeout: 5\nmiddlewares: [{ import: a:b }]');
  expect(await check()).toMatchObject({ status: 'warning', detail: matching(/middlewares/) });
});

const TOOL = 'tools/calculator.yaml';
const AGENT = 'agent_config.yaml';
test.each([
  [
    AGENT,
    'max_iterations: 3',
    'max_iterations: no',
    /^agent_workspace\/agent_config\.yaml:5: max_iterations: /,
  ],
  [
    AGENT,
    'calculator.ts:Calculator',
    'none.ts:Calculator',
    /^agent_workspace\/agent_config\.yaml:15: tools\.0\.binding: .*names no file/,
  ],
  [
    AGENT,
    'calculator.ts:Calculator',
    'calculator.ts:Adder',
    /agent_config\.yaml:15: .*no exported class or function Adder; exported: Calculator/,
  ],
  [
    TOOL,
    'type: object',
    'type: thing',
    /^agent_workspace\/tools\/calculator\.yaml:5: input_schema is not a JSON schema/,
  ],
  [
    AGENT,
    'tool_timeout: 5',
    'system_prompt: "For {{customer}}"',
    /uses \{\{customer\}\}; what it can use: .*date/,
  ],
])('%s with another %s', async (...[file, from, to, message]) => {
  const { check, edit } = await setUp();
  await edit(file, from, to);
  expect(await check()).toMatchObject({ status: 'failed', detail: matching(message) });
});

describe.skipIf(python === null)('in Python', () => {
  test.each([
    [
      'import nothing_like_it',
      /agent_workspace\/custom_worker\.py \(line 1\) imports nothing_like_it, which .* does not have\. Install it: .*pip install nothing_like_it/,
    ],
    ['class Other: pass', /has no class CustomRolloutWorker\. It has Other\. Correct the name/],
    [
      'class CustomRolloutWorker:\n    def __init__(self, config): pass\n    def format_task_query(self, row):\n        return row["nobody"]',
      /format_task_query failed: KeyError: 'nobody' at .*custom_worker\.py:4 .*first row of the training data/,
    ],
    [
      'class CustomRolloutWorker:\n    def __init__(self, config): pass\n    def format_task_query(self, row):\n        return 7',
      /format_task_query returned 7, not a text/,
    ],
  ])('a worker with %j is refused', async (text, message) => {
    const { check, write } = await setUp();
    await write('custom_worker.py', text);
    const worker = '+rollout_worker.custom_rollout_worker_module_path=agent_workspace/custom_worker.py';
    expect(await check(worker)).toMatchObject({ status: 'failed', detail: matching(message) });
  });

  test('a tool in Python whose package is missing is refused with the command that installs it', async () => {
    const { check, edit, write, workspace } = await setUp();
    await edit(AGENT, 'tools/calculator.ts:Calculator', 'tools.calculator:Calculator');
    expect(await check()).toMatchObject({ status: 'passed' });
    await write('tools/calculator.py', 'import nothing_like_it\n');
    const requirements = path.join(path.dirname(workspace('')), 'requirements.txt');
    await writeFile(requirements, 'nothing-like-it==1.0\n');
    expect(await check()).toMatchObject({
      status: 'failed',
      detail: matching(/agent_config\.yaml:15: tools\.0\.binding: .*pip install -r .*requirements\.txt/),
    });
    await rm(requirements);
  });
});

const NAMES = ['SEEN_API_KEY', 'HIDDEN_API_KEY', 'PLAIN'];
test.each([
  [
    'worker.ts',
    `export class CustomRolloutWorker {
       formatTaskQuery() { return ${JSON.stringify(NAMES)}.map((name) => name in process.env); }
     }`,
  ],
  [
    'worker.py',
    `import os
class CustomRolloutWorker:
    def __init__(self, config): pass
    def format_task_query(self, row): return [name in os.environ for name in ${JSON.stringify(NAMES)}]`,
  ],
])('%s sees variables, and of secrets those that the recipe names', async (file, text) => {
  if (python === null && file.endsWith('.py')) return;
  for (const name of NAMES) vi.stubEnv(name, `value-of-${name}`);
  const { check, write } = await setUp();
  await write(file, text);
  const worker = `+rollout_worker.custom_rollout_worker_module_path=agent_workspace/${file}`;
  const seen = await check(worker, '+rollout_worker.secrets=[SEEN_API_KEY]');
  expect(seen?.detail).toContain('returned [true,false,true]');
});

test('what a worker says of a secret is covered', async () => {
  vi.stubEnv('SEEN_API_KEY', 'a-value-that-nobody-else-has');
  const { check, write } = await setUp();
  await write(
    'worker.ts',
    'export class CustomRolloutWorker { formatTaskQuery() { return [process.env.SEEN_API_KEY]; } }',
  );
  const worker = '+rollout_worker.custom_rollout_worker_module_path=agent_workspace/worker.ts';
  const said = await check(worker, '+rollout_worker.secrets=[SEEN_API_KEY]');
  expect(said?.detail).toContain('not a text');
  expect(said?.detail).not.toContain('a-value-that');
});
