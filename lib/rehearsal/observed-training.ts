import type { Datum } from '@/lib/rl/datum';
import type { WeightRef } from '@/lib/services/inference-service';
import type { StateRef, TrainingService } from '@/lib/services/training-service';
import type { Evidence } from './evidence';

/** The same service, watched. The first state that is saved after a step is loaded again at once, and compared. */
export function observedTraining(
  training: TrainingService,
  evidence: Evidence,
  onPublished: (ref: WeightRef) => void,
): TrainingService {
  // a sequence that was trained on
  let known: Datum | null = null;
  return {
    ...training,
    open: async (spec, signal) => {
      try {
        await training.open(spec, signal);
      } catch (error) {
        if (!signal.aborted) evidence.openFailure = messageOf(error);
        throw error;
      }
      evidence.openFailure = null;
      evidence.opened += 1;
      evidence.model = spec.baseModel;
    },
    trainStep: async (step, signal) => {
      try {
        const metrics = await training.trainStep(step, signal);
        evidence.stepFailure = null;
        evidence.steps += 1;
        const { loss } = metrics;
        evidence.lastLoss = loss ?? null;
        if (loss === undefined || !Number.isFinite(loss)) evidence.nonFiniteLosses += 1;
        known ??= step.batch[0] ?? null;
        return metrics;
      } catch (error) {
        if (!signal.aborted) evidence.stepFailure = messageOf(error);
        throw error;
      }
    },
    publishWeights: async (label, signal) => {
      const ref = await training.publishWeights(label, signal);
      onPublished(ref);
      return ref;
    },
    saveState: async (label, signal) => {
      try {
        const ref = await training.saveState(label, signal);
        evidence.saved += 1;
        if (known !== null && evidence.loaded === 0) await reload(training, { ref, known, evidence }, signal);
        return ref;
      } catch (error) {
        if (!signal.aborted) evidence.stateFailure = messageOf(error);
        throw error;
      }
    },
  };
}

type Reload = { readonly ref: StateRef; readonly known: Datum; readonly evidence: Evidence };

async function reload(
  training: TrainingService,
  { ref, known, evidence }: Reload,
  signal: AbortSignal,
): Promise<void> {
  const [before] = await training.forward([known], 'policy', signal);
  await training.loadState(ref, signal);
  const [after] = await training.forward([known], 'policy', signal);
  evidence.loaded += 1;
  evidence.reloadGap =
    before?.length === after?.length
      ? (before ?? new Float32Array()).reduce(
          (gap, value, at) => Math.max(gap, Math.abs(value - (after?.[at] ?? NaN))),
          0,
        )
      : NaN;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
