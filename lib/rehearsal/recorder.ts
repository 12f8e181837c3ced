import { isFinished, type RunStatus } from '@/lib/domain/run';
import type { RunWriter } from '@/lib/run-store/run-writer';
import type { Generation, WeightRef } from '@/lib/services/inference-service';
import type { Services } from '@/lib/services/open-services';
import { type Evidence, noEvidence } from './evidence';
import { observedTraining } from './observed-training';

/** Watches a rehearsal from both sides: what its services answer, and what the run says. Changes neither. */
export type Recorder = {
  /** What was seen so far. */
  readonly evidence: Readonly<Evidence>;
  observe(services: Services): Services;
  /** The same writer, overheard; `onEnd` is called before the run's last status is written. */
  overhear(writer: RunWriter, onEnd: (evidence: Readonly<Evidence>) => void): RunWriter;
  /** A step was trained on made-up advantages. */
  madeUpStep(): void;
};

/** Rounding may lift the log-probability of a certain token a little above 0. */
const ROUNDING = 1e-4;

export function createRecorder(wantsHeldOut: boolean): Recorder {
  const evidence = noEvidence(wantsHeldOut);
  return {
    evidence,
    observe: (services) => observe(services, evidence),
    overhear: (writer, onEnd) => overhear(writer, evidence, onEnd),
    madeUpStep: () => {
      evidence.madeUpSteps += 1;
    },
  };
}

function observe({ inference, training, ...others }: Services, evidence: Evidence): Services {
  // versions that the service published after a step
  const trained = new Set<number>();
  const onPublished = ({ version }: WeightRef): void => {
    evidence.published += 1;
    if (evidence.steps > 0) trained.add(version);
  };
  return {
    ...others,
    inference: {
      ...inference,
      generate: async (request, signal) => {
        const generation = await inference.generate(request, signal);
        recordGeneration(evidence, generation, trained);
        return generation;
      },
      close: () => noted(inference.close(), evidence),
    },
    training: {
      ...observedTraining(training, evidence, onPublished),
      close: () => noted(training.close(), evidence),
    },
  };
}

function recordGeneration(evidence: Evidence, generation: Generation, trained: ReadonlySet<number>): void {
  const { tokens, logprobs, weightVersion } = generation;
  evidence.completions += 1;
  evidence.tokens += tokens.length;
  const isAligned =
    logprobs.length === tokens.length &&
    logprobs.every((value) => Number.isFinite(value) && value <= ROUNDING);
  if (!isAligned) evidence.misaligned += 1;
  if (!trained.has(weightVersion)) return;
  evidence.fromTrained += 1;
  evidence.newestVersion = Math.max(evidence.newestVersion ?? 0, weightVersion);
}

async function noted(closing: Promise<void>, evidence: Evidence): Promise<void> {
  try {
    await closing;
  } catch (error) {
    evidence.closeFailure = error instanceof Error ? error.message : String(error);
    throw error;
  }
}

function overhear(
  writer: RunWriter,
  evidence: Evidence,
  onEnd: (evidence: Readonly<Evidence>) => void,
): RunWriter {
  return {
    ...writer,
    trajectories: (step, batch) => {
      for (const { reward, error } of batch.rows) {
        if (error !== null) {
          evidence.failed += 1;
          evidence.firstFailure ??= error;
        } else {
          evidence.scored += 1;
          if (batch.validation) evidence.heldOut += 1;
          if (!Number.isFinite(reward)) evidence.nonFiniteRewards += 1;
        }
      }
      writer.trajectories(step, batch);
    },
    status: (status: RunStatus, reason) => {
      if (isFinished(status)) {
        evidence.end = { status, reason };
        onEnd(evidence);
      }
      writer.status(status, reason);
    },
  };
}
