import { setImmediate } from 'node:timers/promises';
import { AppError } from '@/lib/shared/app-error';
import type { Assembly } from './assemble';
import type { Journal } from './journal';
import { healthMetrics } from './health-metrics';
import { usedMemoryShare } from './memory-share';
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
  const { batch, times, rounds, isComplete } = await rollOut(assembly, step, deps);
  if (!isComplete) tellShortBatch(journal, batch, rounds);

  // a stop lets an optimizer step end: half of one would be in no checkpoint
  deps.onPhase('train');
  const trainStart = now();
  const { rateFactor, klCoefficient, operationPrefix } = { ...state, ...deps };
  const turn = { step, rateFactor, klCoefficient, operationPrefix };
  const prepared = await assembly.trainer.prepare(batch, turn, control.hard);
  const scores = { validation: false, advantages: prepared.advantages, weights: assembly.sync };
  const [trained] = await Promise.all([
    assembly.trainer.train(prepared, turn, control.hard),
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
    klCoefficient: prepared.klCoefficient,
    weightVersion: assembly.sync.version,
    trainSeconds: state.trainSeconds + seconds,
    generatedTokens: state.generatedTokens + tokens,
  };
  journal.metrics(step, {
    ...rolloutMetrics(batch, prepared.advantages),
    ...trained.metrics,
    ...prepared.metrics,
    ...healthMetrics(batch, version),
    'rollout/rounds': rounds,
    'training/weight_version': version,
    'timing/step': seconds,
    'timing/rollout': times.rollout,
    'timing/evaluate': times.evaluate,
    'timing/train': train,
    'timing/sync': sync,
    'timing/wait': Math.max(0, seconds - times.rollout - times.evaluate - train - sync),
    'throughput/tokens_per_second': times.rollout > 0 ? tokens / times.rollout : 0,
    'memory/used_share': usedMemoryShare(),
    'progress/generated_tokens': next.generatedTokens,
    'data/epoch': assembly.loader.epochOf(step),
    ...(assembly.filteredPrompts === null ? {} : { 'data/filtered_prompts': assembly.filteredPrompts }),
  });
  journal.progress(next, 'rollout');
  return next;
}

function tellShortBatch(journal: Journal, batch: RolloutBatch, rounds: number): void {
  const what = rounds === 1 ? 'batch' : 'batches';
  journal.log(
    'warning',
    'trajectory pool',
    `Step ${batch.step} trains on ${batch.groups.length} groups: ${rounds} ${what} of prompts did not give more.`,
  );
}

async function rollOut(assembly: Assembly, step: number, { control, journal }: StepDeps) {
  const { batches, pool } = assembly;
  try {
    return await batches.sample(step, control.soft);
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
  for (const { rollouts } of [...batch.groups, ...batch.dropped]) {
    for (const { episode } of rollouts) tokens += episode.completionTokens;
  }
  return tokens;
}
