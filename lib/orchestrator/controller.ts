import type { RunPhase } from '@/lib/domain/run';
import { ServiceError } from '@/lib/services/service-error';
import type { AssembledStage, Assembly, StageParts } from './assemble';
import type { CheckpointFolder, LoadableCheckpoint } from './checkpoint/checkpoint-folder';
import type { Journal } from './journal';
import type { RunControl } from './run-control';
import type { RunOrigin } from './run-origin';
import { FRESH_STATE, type RunState } from './run-state';
import { runStep } from './run-step';
import { tellStage, tellWarmStart } from './told';
import { runValidation } from './run-validation';
import { isValidationDue, type ValidationSchedule } from './validation/validation-schedule';

/** A service that dies again and again is not mended by starting it again. */
const MAX_RESTARTS = 3;
const RESTART_WINDOW_MS = 10 * 60_000;
/** A checkpoint at the end of a stop has this long: the whole stop takes 5 s at most. */
const LAST_SAVE_MS = 1500;

export type RunEnd = {
  readonly status: 'succeeded' | 'stopped' | 'failed';
  readonly reason: string | null;
};

export type RunPlan = {
  readonly totalSteps: number;
  /** Steps between checkpoints; 0 = only on pause, stop and at the end. */
  readonly saveEvery: number;
  readonly validation: ValidationSchedule;
  /** Metric of a validation by which the best checkpoint is told; null = none is. */
  readonly bestBy: string | null;
};

export type ControllerDeps = {
  readonly plan: RunPlan;
  readonly control: RunControl;
  readonly journal: Journal;
  readonly checkpoints: CheckpointFolder;
  /** Where a run without checkpoints of its own begins; null = anew. */
  readonly origin: RunOrigin | null;
  /** Opens the services and makes the parts of an attempt. */
  readonly assemble: (attempt: number) => Promise<Assembly>;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
};

/**
 * Lets the parts of a run act in turn: warm start, then steps, with checkpoints, validation and pauses between them.
 * `state` always belongs to a settled moment: after a step was trained and published, before the next has begun.
 */
export class Controller {
  readonly #deps: ControllerDeps;
  #state: RunState = FRESH_STATE;
  #assembly: Assembly | null = null;
  /** Parts of the stage that is trained. */
  #parts: StageParts | null = null;
  /** The services hold exactly what `#state` says. */
  #isSettled = false;
  #savedStep: number | null = null;
  #validatedStep: number | null = null;
  #restarts: readonly number[] = [];

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
  }

  /** Runs to the end, whichever it is. Rejects only when the store is lost, and nothing can be told any more. */
  async run(): Promise<RunEnd> {
    try {
      return await this.#runToEnd();
    } finally {
      await this.#close();
    }
  }

  async #runToEnd(): Promise<RunEnd> {
    const { control, journal } = this.#deps;
    for (;;) {
      try {
        await this.#live();
        return await this.#end({ status: 'succeeded', reason: null });
      } catch (error) {
        if (control.isStopping) return await this.#end({ status: 'stopped', reason: null });
        journal.log('error', 'controller', messageOf(error));
        if (!(await this.#recover(error)))
          return await this.#end({ status: 'failed', reason: messageOf(error) });
      }
    }
  }

  /** One attempt: from the newest checkpoint, or from the beginning, to the last step. */
  async #live(): Promise<void> {
    const { control } = this.#deps;
    const assembly = await this.#open();
    if (this.#needsWarmStart(assembly)) await this.#warmStart(assembly);
    for (const stage of assembly.stages) await this.#trainStage(assembly, stage);
    await this.#save();
    await this.#validate(assembly);
    control.soft.throwIfAborted();
  }

  async #trainStage(assembly: Assembly, stage: AssembledStage): Promise<void> {
    const { control, journal } = this.#deps;
    if (this.#state.step >= stage.to) return;
    const dataFrom = Math.max(stage.from, this.#state.dataFrom);
    const parts = stage.open(dataFrom);
    this.#parts = parts;
    parts.pipeline.begin(this.#state.step === dataFrom ? null : this.#state.prompts, control.soft);
    if (assembly.stages.length > 1) tellStage(journal, assembly.stages, stage);
    while (this.#state.step < stage.to) {
      await this.#betweenSteps(assembly, parts);
      this.#isSettled = false;
      this.#state = await this.#step({ ...assembly, ...parts });
      this.#isSettled = true;
      journal.metrics(this.#state.step - 1, { 'progress/stage': assembly.stages.indexOf(stage) + 1 });
    }
    parts.pipeline.close();
  }

  async #open(): Promise<Assembly> {
    const { assemble, checkpoints, control, journal } = this.#deps;
    control.soft.throwIfAborted();
    this.#isSettled = false;
    const assembly = await assemble(journal.attempt);
    this.#assembly = assembly;
    const { training } = assembly.services;
    await training.open(assembly.model, control.soft);
    const own = await checkpoints.newest();
    const checkpoint = own ?? this.#deps.origin;
    this.#state = checkpoint?.run ?? FRESH_STATE;
    this.#savedStep = own?.run.step ?? null;
    this.#validatedStep = null;
    if (checkpoint !== null) await training.loadState(checkpoint.state, control.soft);
    await assembly.sync.sync(this.#state.weightVersion, control.soft);
    this.#isSettled = !this.#needsWarmStart(assembly);
    journal.status('running', null);
    if (control.isPauseRequested) journal.status('pausing', null);
    if (own !== null) this.#tellResumed(own);
    else if (this.#deps.origin !== null) journal.log('info', 'controller', this.#deps.origin.told);
    return assembly;
  }

  #tellResumed({ run }: LoadableCheckpoint): void {
    const { journal } = this.#deps;
    journal.log('info', 'controller', `Continuing from the checkpoint at step ${run.step}.`);
    // readers take points of earlier attempts from this step on for stale; the warm start's are not
    if (run.warmStart !== null) tellWarmStart(journal, run.warmStart, run.step);
  }

  #needsWarmStart(assembly: Assembly): boolean {
    return assembly.warmStart !== null && this.#state.warmStart === null;
  }

  async #warmStart({ warmStart, sync }: Assembly): Promise<void> {
    const { control, journal } = this.#deps;
    if (warmStart === null) return;
    this.#phase('warm_start');
    const record = await warmStart.run(
      {
        onUpdate: (update, { loss, exact }) =>
          journal.metrics(update, {
            'warm_start/loss': loss,
            ...(exact === null ? {} : { 'warm_start/exact': exact }),
          }),
        gate: () => this.#pauseHere(),
      },
      control.soft,
    );
    await sync.sync(0, control.soft);
    this.#state = { ...this.#state, warmStart: record };
    this.#isSettled = true;
    const share = record.exact[record.exact.length - 1]?.share ?? 0;
    journal.log(
      'info',
      'controller',
      `Warm start done after ${record.loss.length} updates; ${(share * 100).toFixed(1)} % of sampled answers are exact.`,
    );
    await this.#save();
  }

  /** What may happen at a settled moment before a step: a pause, a checkpoint, a validation. */
  async #betweenSteps(assembly: Assembly, { pipeline }: StageParts): Promise<void> {
    const { control, journal, plan } = this.#deps;
    const { step } = this.#state;
    if (control.isPauseRequested) {
      await this.#save();
      await control.orStopped(pipeline.hold());
    }
    await this.#pauseHere();
    if (plan.saveEvery > 0 && step > 0 && step % plan.saveEvery === 0) await this.#save();
    await this.#validate(assembly);
    // a full disk holds the run here, but not a stop
    await control.orStopped(journal.drained());
  }

  async #pauseHere(): Promise<void> {
    const { control, journal } = this.#deps;
    if (!control.isPauseRequested) return;
    journal.status('paused', null);
    await control.resumed();
    journal.status('running', null);
  }

  async #step(parts: Assembly & StageParts): Promise<RunState> {
    return runStep(parts, this.#state, {
      ...this.#deps,
      operationPrefix: `attempt-${this.#deps.journal.attempt}`,
      onPhase: (phase) => {
        // until the optimizer moves, an aborted step has changed nothing
        this.#isSettled = phase === 'rollout';
        this.#phase(phase);
      },
    });
  }

  async #validate(assembly: Assembly): Promise<void> {
    const { control, journal, now, plan } = this.#deps;
    const { step } = this.#state;
    if (assembly.validator === null || this.#validatedStep === step) return;
    if (!isValidationDue(plan.validation, step)) return;
    this.#phase('validate');
    // rollouts for training would share the sampler, and what is measured is the time as well
    if (this.#parts !== null) await control.orStopped(this.#parts.pipeline.hold());
    const measured = await runValidation(assembly, step, { journal, now, signal: control.soft });
    this.#validatedStep = step;
    await this.#keepIfBest(measured);
  }

  /** A model that is better than those of all checkpoints is saved, whatever the number of its step. */
  async #keepIfBest(measured: Readonly<Record<string, number>>): Promise<void> {
    const { checkpoints, journal, plan } = this.#deps;
    const { step } = this.#state;
    if (plan.bestBy === null) return;
    const value = measured[plan.bestBy];
    if (value === undefined || !Number.isFinite(value)) {
      const message = `checkpoint.metric names ${plan.bestBy}, which the validation at step ${step} did not measure.`;
      journal.advise('checkpoint_metric_missing', message, step);
      return;
    }
    if (await checkpoints.isBest(value)) await this.#save();
    if (this.#savedStep !== step) return;
    await checkpoints.score(step, value).catch((error: unknown) => {
      journal.log('error', 'checkpoint', `What step ${step} measured was not noted: ${messageOf(error)}`);
    });
  }

  /** A checkpoint that cannot be written is told and passed over: the run itself is well. A dead service is not. */
  async #save(signal: AbortSignal = this.#deps.control.hard): Promise<void> {
    const { checkpoints, journal, now } = this.#deps;
    const { step } = this.#state;
    if (this.#savedStep === step || this.#assembly === null) return;
    this.#phase('checkpoint');
    const started = now();
    try {
      const saved = await checkpoints.save(this.#state, this.#assembly.services.training, signal);
      journal.checkpoint(saved);
      this.#savedStep = step;
      if (step > 0) journal.metrics(step - 1, { 'timing/checkpoint': (now() - started) / 1000 });
    } catch (error) {
      if (isGone(error)) throw error;
      const message = `The checkpoint at step ${step} was not saved: ${messageOf(error)}`;
      journal.log('error', 'checkpoint', message);
      journal.advise('checkpoint_failed', message, step);
    }
  }

  /** True when the run goes on under a new attempt. */
  async #recover(error: unknown): Promise<boolean> {
    const { checkpoints, journal, now } = this.#deps;
    if (!isGone(error)) return false;
    this.#restarts = this.#restarts.filter((time) => now() - time < RESTART_WINDOW_MS);
    if (this.#restarts.length >= MAX_RESTARTS) return false;
    this.#restarts = [...this.#restarts, now()];
    await this.#close();
    const step = (await checkpoints.newest())?.run.step ?? 0;
    const count = `restart ${this.#restarts.length} of ${MAX_RESTARTS}`;
    journal.log(
      'warning',
      'controller',
      `Opening the services again and continuing from step ${step} (${count}).`,
    );
    await journal.renew(step);
    return true;
  }

  async #end(end: RunEnd): Promise<RunEnd> {
    const { journal } = this.#deps;
    const hasProgress = this.#isSettled && this.#savedStep !== this.#state.step;
    if (end.status !== 'succeeded' && hasProgress) {
      this.#phase('draining');
      await this.#save(AbortSignal.timeout(LAST_SAVE_MS)).catch((error: unknown) => {
        journal.log('warning', 'checkpoint', `No checkpoint at the end: ${messageOf(error)}`);
      });
    }
    await this.#close();
    journal.progress(this.#state, null);
    journal.status(end.status, end.reason);
    return end;
  }

  async #close(): Promise<void> {
    if (this.#assembly === null) return;
    const { services } = this.#assembly;
    this.#assembly = null;
    this.#parts?.pipeline.close();
    this.#parts = null;
    const { inference, training, teacher } = services;
    const parts = [inference, training, ...(teacher === undefined ? [] : [teacher])];
    const ends = await Promise.allSettled(parts.map((part) => part.close()));
    for (const end of ends) {
      if (end.status === 'rejected') {
        this.#deps.journal.log('warning', 'service', `Closing a service failed: ${messageOf(end.reason)}`);
      }
    }
  }

  #phase(phase: RunPhase): void {
    this.#deps.journal.progress(this.#state, phase);
  }
}

/** What the service held is lost, or unknown: only a checkpoint brings it back. */
function isGone(error: unknown): boolean {
  return error instanceof ServiceError && ['gone', 'timeout', 'refused'].includes(error.kind);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
