import { setImmediate } from 'node:timers/promises';
import { AppError } from '@/lib/shared/app-error';
import type { Assembly } from './assemble';
import type { Journal } from './journal';
import { rolloutMetrics } from './rollout-metrics';
import type { RolloutBatch } from './trajectory-pool/trajectory-pool';
import type { RunControl } from './run-control';
import type { RunState } from './run-state';

type StepDeps = {
  readonly control: RunControl;
  readonly journal: Journal;
  readonly now: () => number;
  readonly operationPrefix: string;
  readonly onPhase: (phase: 'rollout' | 'train' | 'sync') => void;
};

/** One GRPO step: sample and score a batch, train on it, publish. Returns the state after it. */
export async function runStep(assembly: Assembly, state: RunState, deps: StepDeps): Promise<RunState> {
  const { control, journal, now } = deps;
  const { step } = state;
  const started = now();
  deps.onPhase('rollout');
  const { batch, times } = await rollOut(assembly, step, deps);

  // a stop lets an optimizer step end: half of one would be in no checkpoint
  deps.onPhase('train');
  const trainStart = now();
  const { rateFactor, operationPrefix } = { ...state, ...deps };
  const prepared = assembly.trainer.prepare(batch);
  const scores = { validation: false, advantages: prepared.advantages, weights: assembly.sync };
  const [trained] = await Promise.all([
    assembly.trainer.train(prepared, { step, rateFactor, operationPrefix }, control.hard),
    // writing down the rollouts costs as much as sampling them: it happens while the service computes
    setImmediate().then(() => journal.rollouts(batch, scores)),
  ]);
  const train = (now() - trainStart) / 1000;

  deps.onPhase('sync');
  const version = assembly.sync.version;
  const syncStart = now();
  if (trained.updates > 0) await assembly.sync.sync(version + 1, control.hard);
  const sync = (now() - syncStart) / 1000;

  const tokens = countTokens(batch);
  const seconds = (now() - started) / 1000;
  const next: RunState = {
    ...state,
    step: step + 1,
    rateFactor: trained.rateFactor,
    weightVersion: assembly.sync.version,
    trainSeconds: state.trainSeconds + seconds,
    generatedTokens: state.generatedTokens + tokens,
  };
  journal.metrics(step, {
    ...rolloutMetrics(batch, prepared.advantages),
    ...trained.metrics,
    'training/weight_version': version,
    'timing/step': seconds,
    'timing/rollout': times.rollout,
    'timing/evaluate': times.evaluate,
    'timing/train': train,
    'timing/sync': sync,
    'throughput/tokens_per_second': times.rollout > 0 ? tokens / times.rollout : 0,
    'progress/generated_tokens': next.generatedTokens,
    'progress/epoch': assembly.loader.epochOf(step),
  });
  journal.progress(next, 'rollout');
  return next;
}

async function rollOut(assembly: Assembly, step: number, { control, journal }: StepDeps) {
  const { loader, pool, workers } = assembly;
  const tasks = assembly.tasksOf(await loader.batch(step), step);
  pool.begin(step, tasks);
  try {
    const times = await workers.run(tasks, (rollout) => pool.put(rollout), control.soft);
    return { batch: pool.take(), times };
  } catch (error) {
    // too many failed: what there is explains why
    if (error instanceof AppError) {
      const scores = { validation: false, advantages: new Map(), weights: assembly.sync };
      journal.rollouts(pool.takePartial(), scores);
    }
    throw error;
  }
}

function countTokens(batch: RolloutBatch): number {
  let tokens = 0;
  for (const { rollouts } of batch.groups) {
    for (const { episode } of rollouts) tokens += episode.completionTokens;
  }
  return tokens;
}
