import path from 'node:path';
import { readEnv } from '@/lib/env';
import type { EvaluatorHost } from './evaluator-host';
import { locateEvaluator } from './locate-evaluator';
import { openEvaluatorHost } from './open-evaluator-host';

const RECIPE = 'my_task';
/** As many as a usual step has rollouts. */
const IN_FLIGHT = 512;
const ROUNDS = 60;
const WARM_ROUNDS = 10;
const PROCESSES = 2;

type Row = { readonly name: string; readonly value: number; readonly unit: string };

/** The exact-match evaluator of a shipped recipe in its languages, and the one that is built in. */
export async function bench(): Promise<readonly Row[]> {
  return [
    await row('evaluator.py, two processes', 'agent_workspace/evaluator.py:MyTaskEvaluator'),
    await row('evaluator.ts', 'agent_workspace/evaluator.ts:MyTaskEvaluator'),
    await row('builtin:exact_match', 'builtin:exact_match'),
  ];
}

async function row(name: string, evaluator: string): Promise<Row> {
  const env = readEnv();
  const recipeFolder = path.join(env.recipesDir, RECIPE);
  const host = await openEvaluatorHost(await locateEvaluator(evaluator, [recipeFolder]), {
    env,
    settings: {
      evaluator_args: {},
      evaluator_timeout: 10,
      evaluator_processes: PROCESSES,
      evaluator_threads: 1,
    },
    recipeFolder,
    onLog: () => undefined,
    childPath: path.join(env.root, '.galley-build/lib/evaluators/evaluator-child.mjs'),
    secrets: [],
    environment: { NODE_ENV: 'production', PATH: '/usr/bin:/bin' },
  });
  try {
    await rounds(host, WARM_ROUNDS);
    const start = performance.now();
    await rounds(host, ROUNDS);
    const seconds = (performance.now() - start) / 1000;
    return { name, value: (ROUNDS * IN_FLIGHT) / seconds, unit: 'evaluations per second' };
  } finally {
    await host.close();
  }
}

async function rounds(host: EvaluatorHost, count: number): Promise<void> {
  const { signal } = new AbortController();
  for (let round = 0; round < count; round += 1) {
    const calls = Array.from({ length: IN_FLIGHT }, (_, index) => {
      const target = { finalAnswer: String(index % 7), isTruncated: false };
      return host.evaluate({ data: { prompt: 'What is 2+2?', answer: '4' }, target }, signal);
    });
    for (const result of await Promise.all(calls)) if (!result.ok) throw new Error(result.message);
  }
}
