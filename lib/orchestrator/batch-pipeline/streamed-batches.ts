import type { BatchPipeline, BatchRequest, ProducedBatch } from './batch-pipeline';
import { scoredOf } from './group-batch';
import { createPromptQueue } from './prompt-queue';
import { createPromptsInFlight, type PromptsInFlightParts } from './prompts-in-flight';
import { createWaitingGroups, type WaitingGroupsOptions } from './waiting-groups';

export type StreamedBatchesParts = WaitingGroupsOptions &
  PromptsInFlightParts & {
    /** Prompts of one pass over the data. */
    readonly promptsPerEpoch: number;
    /** First step that is not of this pipeline. */
    readonly endStep: number;
  };

const NONE_STALE = { trajectories: 0, lostPrompts: 0 };

/**
 * `fully-async`: prompts are rolled out one after another without waiting for the trainer, and the groups that are done
 * first make the next batch. Begun, waiting and in training are at most (staleness + 1) · batch groups, the capacity
 * rule of AReaL (arXiv 2505.24298): it bounds the memory under a slow trainer, and keeps most groups young enough. A
 * group that was overtaken and is too old is left out and its prompt rolled out again, once.
 */
export function createStreamedBatches(parts: StreamedBatchesParts): BatchPipeline {
  const { groupsPerBatch } = parts;
  const waiting = createWaitingGroups(parts);
  const inFlight = createPromptsInFlight(parts, (group) => waiting.add(group));
  let queue = createPromptQueue(null);
  let current: BatchRequest = { step: 0, version: 0 };
  let inTraining = 0;
  let isHeld = false;

  const begin = (): void => {
    const steps = Math.min(parts.staleness + 1, parts.endStep - current.step);
    const limit = groupsPerBatch * steps - inTraining;
    while (!isHeld && !inFlight.hasFailed && inFlight.count + waiting.useful < limit) {
      inFlight.begin(queue.take(), current.step);
    }
  };
  const leaveOutStale = (): ProducedBatch['stale'] =>
    waiting.removeStale(current.version).reduce(
      ({ trajectories, lostPrompts }, group) => ({
        trajectories: trajectories + scoredOf(group).length,
        lostPrompts: lostPrompts + (queue.giveBack(group.prompt) ? 0 : 1),
      }),
      NONE_STALE,
    );
  const take = (): Omit<ProducedBatch, 'stale'> => {
    const { batch, prompts, chosen } = waiting.take(current.step);
    for (const prompt of prompts) queue.finish(prompt);
    inFlight.forgetFailures();
    inTraining = chosen;
    return {
      batch,
      rounds: Math.ceil(prompts.length / groupsPerBatch),
      isComplete: chosen >= groupsPerBatch,
      epoch: Math.floor((prompts.at(-1) ?? 0) / parts.promptsPerEpoch),
      takesWeights: true,
    };
  };

  return {
    begin: (position, signal) => {
      queue = createPromptQueue(position);
      inFlight.listenTo(signal);
    },
    next: async (request) => {
      current = request;
      inTraining = 0;
      isHeld = false;
      let stale = NONE_STALE;
      for (;;) {
        const { trajectories, lostPrompts } = leaveOutStale();
        stale = {
          trajectories: stale.trajectories + trajectories,
          lostPrompts: stale.lostPrompts + lostPrompts,
        };
        if (waiting.isReady()) break;
        begin();
        await inFlight.change();
      }
      const produced = take();
      begin();
      return { ...produced, stale };
    },
    position: () => queue.position(),
    hold: async () => {
      isHeld = true;
      while (inFlight.count > 0) await inFlight.change();
    },
    partial: () => waiting.batch(current.step),
    close: () => inFlight.close(),
  };
}
