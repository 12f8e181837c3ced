import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { galleyOnDisk } from '@/lib/testing/galley-on-disk';
import { findPython } from '@/scripts/find-python.mjs';

// An agent's whole run with Python tool and evaluator: command line, launch, run process, embedded service, store.
vi.setConfig({ testTimeout: 120_000 });

const python = await findPython();

const TINY = `
defaults: [embedded, _self_]
data: { batch_size: 4, rollout_repeat_n: 2 }
rollout_worker:
  num_workers: 8
  evaluator_module_path: agent_workspace/evaluator.py:Scorer
trainer:
  total_train_steps: 1
  save_freq: 0
  warm_start: { until_exact: 0.5, max_updates: 2, batch_size: 4, check_samples: 4, check_every: 1 }
validate: { validate_before_train: false, eval: { validate_freq: 0 } }
service: { embedded_service: { model: { width: 16, layers: 1, heads: 2 }, threads: 1 } }
`;
const EVALUATOR = `
from nexrl.rollout_worker import EvaluationRunResult, Evaluator

class Scorer(Evaluator):
    def evaluate(self, data, evaluation_target):
        turns = [turn["role"] for turn in evaluation_target.observation]
        return EvaluationRunResult(
            reward=float(evaluation_target.final_answer == data["answer"]),
            ground_truth=data["answer"],
            metrics={"turns": float(len(turns)), "is_asked": float(turns[0] == "user")},
        )
`;

describe.skipIf(python === null)('the calculator in Python', () => {
  test('its tool works in demonstrations and its evaluator sees the conversation', async () => {
    const { env, galley, newest, runStore } = await galleyOnDisk({ python });
    const recipe = path.join(env.recipesDir, 'calculator');
    await cp('recipes/calculator', recipe, { recursive: true });
    const workspace = path.join(recipe, 'agent_workspace');
    const agent = await readFile(path.join(workspace, 'agent_config.yaml'), 'utf8');
    const bound = agent.replace('tools/calculator.ts:Calculator', 'tools.calculator:Calculator');
    await writeFile(path.join(workspace, 'agent_config.yaml'), bound);
    const tool = await readFile(path.join(workspace, 'tools/calculator.py'), 'utf8');
    const telling = tool.replace(
      '    def execute(self, e: str) -> str:\n',
      (line) => `${line}        print("works out", e)\n`,
    );
    await writeFile(path.join(workspace, 'tools/calculator.py'), telling);
    await writeFile(path.join(workspace, 'evaluator.py'), EVALUATOR);
    await writeFile(path.join(recipe, 'tiny.yaml'), TINY);

    const { code, said } = await galley('run', 'calculator/tiny.yaml');
    expect([code, said]).toEqual([0, said]);
    const { run, rollouts } = await newest();
    expect(rollouts).toHaveLength(8);
    for (const { body } of rollouts) {
      expect(body.metrics).toMatchObject({ is_asked: 1 });
      expect(body.metrics['turns']).toBe(body.turns.length);
    }
    const lines = (await runStore.logs(run.id, { limit: 1000 })).flatMap((event) =>
      event.kind === 'log' ? event.message : [],
    );
    expect(lines.join('\n')).toMatch(/works out \d+[-+*]\d+/);
  });
});
