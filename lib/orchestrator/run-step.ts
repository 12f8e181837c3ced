import { setImmediate } from 'node:timers/promises';
import { AppError } from '@/lib/shared/app-error';
import type { Assembly, StageParts } from './assemble';
import type { ProducedBatch } from './batch-pipeline/batch-pipeline';
import type { Journal } from './journal';
import { healthMetrics } from './health-metrics';
import { usedMemoryShare } from './memory-share';
import { rolloutMetrics } from './rollout-metrics';
import { startClock } from './step-clock';
import type { RolloutBatch } from './trajectory-pool/trajectory-pool';
import type { PreparedBatch } from './trainer/trainer';
import type { RunControl } from './run-control';
import type { RunState } from './run-state';

type StepDeps = {
  readonly control: RunControl;
  readonly journal: Journal;
  readonly now: () => number;
  readonly operationPrefix: string;
  readonly onPhase: (phase: 'rollout' | 'train' | 'sync') => void;
};

/** The parts of a run, and those of the stage that the step belongs to. */
type StepParts = Pick<Assembly, 'sync' | 'rolloutTimes'> & StageParts;

/** One step: the next batch, trained on, and the weights to the sampler where it takes them. Returns the state after it. */
export async function runStep(assembly: StepParts, state: RunState, deps: StepDeps): Promise<RunState> {
  const { control, journal } = deps;
  const { step } = state;
  const clock = startClock(assembly, deps.now);
  deps.onPhase('rollout');
  const produced = await nextBatch(assembly, state, deps);
  const { batch, rounds } = produced;
  if (!produced.isComplete) tellShortBatch(journal, batch, rounds);
  clock.lap('trainer_wait');

  // a stop lets an optimizer step end: half of one would be in no checkpoint
  deps.onPhase('train');
  const { rateFactor, klCoefficient, operationPrefix } = { ...state, ...deps };
  const turn = { step, rateFactor, klCoefficient, operationPrefix };
  const prepared = await assembly.trainer.prepare(batch, turn, control.hard);
  const scores = { validation: false, advantages: prepared.advantages, weights: assembly.sync };
  const [trained] = await Promise.all([
    assembly.trainer.train(prepared, turn, control.hard),
    // writing down the rollouts costs as much as sampling them: it happens while the service computes
    setImmediate().then(async () => {
      await journal.rollouts(batch, scores, control.soft);
      await writeFiles(assembly, batch, { journal, advantages: scores.advantages });
    }),
  ]);
  const weightVersion = state.weightVersion + (trained.updates > 0 ? 1 : 0);
  clock.lap('train');

  deps.onPhase('sync');
  if (produced.takesWeights && weightVersion !== assembly.sync.version) {
    await assembly.sync.sync(weightVersion, control.hard);
  }
  clock.lap('sync');

  const { seconds, metrics: timing } = clock.end();
  const tokens = countTokens(batch);
  const next: RunState = {
    ...state,
    step: step + 1,
    rateFactor: trained.rateFactor,
    klCoefficient: prepared.klCoefficient,
    weightVersion,
    prompts: assembly.pipeline.position(),
    trainSeconds: state.trainSeconds + seconds,
    generatedTokens: state.generatedTokens + tokens,
  };
  journal.metrics(step, {
    ...rolloutMetrics(batch, prepared.advantages),
    ...trained.metrics,
    ...prepared.metrics,
    ...healthMetrics(batch, state.weightVersion),
    ...staleMetrics(produced),
    ...timing,
    'rollout/rounds': rounds,
    'training/weight_version': state.weightVersion,
    'throughput/tokens_per_second': timing['timing/rollout'] > 0 ? tokens / timing['timing/rollout'] : 0,
    'memory/used_share': usedMemoryShare(),
    'progress/generated_tokens': next.generatedTokens,
    'data/epoch': produced.epoch,
    ...(assembly.filteredPrompts === null ? {} : { 'data/filtered_prompts': assembly.filteredPrompts }),
  });
  journal.progress(next, 'rollout');
  return next;
}

/** What the recipe wants beside the store. A full disk is told, and no reason to end a run. */
async function writeFiles(
  { dump, traces }: StageParts,
  batch: RolloutBatch,
  { journal, advantages }: Pick<StepDeps, 'journal'> & Pick<PreparedBatch, 'advantages'>,
): Promise<void> {
  await dump?.(batch, advantages).catch((error: unknown) => {
    journal.log('warning', 'data dump', `Step ${batch.step} was not dumped: ${String(error)}`);
  });
  await traces?.(batch).catch((error: unknown) => {
    journal.log(
      'warning',
      'traces',
      `The conversations of step ${batch.step} were not written: ${String(error)}`,
    );
  });
}

function staleMetrics({ stale }: ProducedBatch): Readonly<Record<string, number>> {
  return { 'rollout/stale_dropped': stale.trajectories, 'rollout/stale_prompts_lost': stale.lostPrompts };
}

function tellShortBatch(journal: Journal, batch: RolloutBatch, rounds: number): void {
  const what = rounds === 1 ? 'batch' : 'batches';
  journal.log(
    'warning',
    'trajectory pool',
    `Step ${batch.step} trains on ${batch.groups.length} groups: ${rounds} ${what} of prompts did not give more.`,
  );
}

async function nextBatch(
  { pipeline, sync }: StepParts,
  { step, weightVersion }: RunState,
  { journal, control }: StepDeps,
): Promise<ProducedBatch> {
  try {
    return await pipeline.next({ step, version: weightVersion });
  } catch (error) {
    // too many failed: what there is explains why
    if (error instanceof AppError) {
      const scores = { validation: false, advantages: new Map(), weights: sync };
      await journal.rollouts(pipeline.partial(), scores, control.soft);
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
