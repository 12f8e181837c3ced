import type { Datum, LossSpec, OptimizerSpec } from '@/lib/rl/datum';
import { checkBatch, checkColumns } from './check-batch';
import { complete, type CompletionOutcome, type CompletionRequest } from './completions';
import type { FairScheduler } from './fair-scheduler';
import { createFirstAnswers } from './first-answers';
import type { Learner, Likeliest, ModelShape } from './model/learner';
import { Refusal } from './refusal';
import type { StateFiles } from './state-files';
import type { Tokenizer } from './tokenizer';

export type TrainStep = {
  readonly operationId: string;
  readonly batch: readonly Datum[];
  readonly loss: LossSpec;
  readonly optimizer: OptimizerSpec;
};

export type StateParts = { readonly optimizer: boolean };

/** A model that the service holds: a learner with its turn in the schedule, its versions and its answers. */
export type HostedModel = {
  readonly id: string;
  readonly name: string;
  readonly shape: ModelShape;
  readonly tokenizer: Tokenizer;
  /** Counts publications since the first one of the run, over checkpoints. */
  weightVersion(): number;
  complete(
    requests: readonly CompletionRequest[],
    signal: AbortSignal,
  ): Promise<{ readonly weightVersion: number; readonly outcomes: readonly CompletionOutcome[] }>;
  forward(
    request: {
      readonly batch: readonly Datum[];
      readonly temperature: number;
      readonly weights: 'training' | 'published' | 'reference';
    },
    signal: AbortSignal,
  ): Promise<readonly Float32Array[]>;
  /** Steps once per operation id; the same id again gets the first answer, even while that is still being computed. */
  trainStep(step: TrainStep): Promise<Readonly<Record<string, number>>>;
  /** Adds to the gathered gradient; the log-probabilities of all tokens come with it. See `Learner.accumulate`. */
  accumulate(batch: readonly Datum[], loss: LossSpec): ReturnType<Learner['accumulate']>;
  /** One optimizer step along the gathered gradient. The caller sees to it that it is asked for once. */
  applyGradient(optimizer: OptimizerSpec): Promise<Readonly<Record<string, number>>>;
  forgetGradient(): Promise<void>;
  likeliest(batch: readonly Datum[], count: number, signal: AbortSignal): Promise<readonly Likeliest[]>;
  /** Makes the training weights of now the reference model. */
  freezeReference(): Promise<void>;
  publish(operationId: string): Promise<number>;
  /** Without the optimizer, weights alone. */
  saveState(file: string, parts?: StateParts): Promise<{ readonly path: string; readonly bytes: number }>;
  /** Loads and publishes: what is sampled from afterwards is what was saved. */
  loadState(file: string, parts?: StateParts): Promise<number>;
  /** Calls that wait or run. */
  queued(): number;
  close(reason: Error): Promise<void>;
};

export type HostedModelParts = {
  readonly id: string;
  readonly name: string;
  readonly shape: ModelShape;
  readonly learner: Learner;
  readonly tokenizer: Tokenizer;
  readonly scheduler: FairScheduler;
  readonly states: StateFiles;
  /** The learner threw: its state is unknown, so the model must not be used any more. */
  readonly onFailure: (error: unknown) => void;
};

export function createHostedModel(parts: HostedModelParts): HostedModel {
  const { id, name, shape, learner, tokenizer, scheduler, states } = parts;
  const trained = createFirstAnswers<Readonly<Record<string, number>>>();
  const published = createFirstAnswers<number>();
  const limits = { tokenizer, context: shape.context };
  const inTurn = createTurns(parts);
  let weightVersion = 0;
  let isPublished = true;
  return {
    id,
    name,
    shape,
    tokenizer,
    weightVersion: () => weightVersion,
    complete: (requests, signal) =>
      inTurn(async (turn) => {
        const outcomes = await complete(requests, limits, (drawn) => turn.sample(drawn));
        return { weightVersion, outcomes };
      }, signal),
    async forward({ batch, temperature, weights }, signal) {
      checkBatch(batch, limits);
      return await inTurn((turn) => {
        if (weights === 'published' && !isPublished) {
          throw new Refusal(
            'not_published',
            'The weights were trained on since they were published: publish them first',
          );
        }
        return turn.forward(batch, temperature, weights === 'reference' ? 'reference' : 'training');
      }, signal);
    },
    trainStep: async ({ operationId, batch, loss, optimizer }) =>
      await trained.once(operationId, () => {
        checkBatch(batch, limits);
        checkColumns(batch, loss);
        return inTurn((turn) => {
          isPublished = false;
          return turn.trainStep(batch, loss, optimizer);
        });
      }),
    ...gradientCalls(inTurn, { limits, onTrained: () => (isPublished = false) }),
    freezeReference: () => inTurn((turn) => turn.freezeReference()),
    publish: (operationId) =>
      published.once(operationId, () =>
        inTurn(async (turn) => {
          await turn.publish();
          isPublished = true;
          weightVersion += 1;
          return weightVersion;
        }),
      ),
    saveState: (file, parts) =>
      inTurn(async (turn) => await states.write(file, { learner: await turn.save(parts), weightVersion })),
    loadState: (file, stateParts) =>
      inTurn(async (turn) => {
        const state = await states.read(file);
        await loadInto(turn, state.learner, { file, parts: stateParts, onFailure: parts.onFailure });
        isPublished = true;
        weightVersion = state.weightVersion;
        // the same step comes again after going back, and must be taken again
        trained.forget();
        return weightVersion;
      }),
    queued: () => scheduler.queued(id),
    close(reason) {
      scheduler.drop(id, reason);
      return learner.close();
    },
  };
}

type GradientCalls = Pick<HostedModel, 'accumulate' | 'applyGradient' | 'forgetGradient' | 'likeliest'>;

function gradientCalls(
  inTurn: Turns,
  {
    limits,
    onTrained,
  }: { readonly limits: Parameters<typeof checkBatch>[1]; readonly onTrained: () => void },
): GradientCalls {
  return {
    async accumulate(batch, loss) {
      checkBatch(batch, limits);
      checkColumns(batch, loss);
      return await inTurn((turn) => turn.accumulate(batch, loss));
    },
    applyGradient: (optimizer) =>
      inTurn((turn) => {
        onTrained();
        return turn.applyGradient(optimizer);
      }),
    forgetGradient: () => inTurn((turn) => turn.forgetGradient()),
    async likeliest(batch, count, signal) {
      checkBatch(batch, limits);
      return await inTurn((turn) => turn.likeliest(batch, count), signal);
    },
  };
}

type Turns = <T>(job: (learner: Learner) => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** Runs jobs in turn; whatever the learner throws ends the model, since nobody knows what state it is in. */
function createTurns({ id, name, learner, scheduler, onFailure }: HostedModelParts): Turns {
  return (job, signal) => {
    const guarded = async (): ReturnType<typeof job> => {
      try {
        return await job(learner);
      } catch (error) {
        if (error instanceof Refusal) throw error;
        // the learner's way to refuse an argument: nothing has changed
        if (error instanceof RangeError)
          throw new Refusal('invalid_request', error.message, { cause: error });
        onFailure(error);
        const detail = error instanceof Error ? error.message : String(error);
        throw new Refusal('model_failed', `The model ${name} failed and was closed: ${detail}`, {
          cause: error,
        });
      }
    };
    return scheduler.run(id, guarded, signal);
  };
}

async function loadInto(
  learner: Learner,
  state: Uint8Array,
  {
    file,
    parts,
    onFailure,
  }: {
    readonly file: string;
    readonly parts: StateParts | undefined;
    readonly onFailure: (error: unknown) => void;
  },
): Promise<void> {
  try {
    await learner.load(state, parts);
    await learner.publish();
  } catch (error) {
    onFailure(error);
    const detail = error instanceof Error ? error.message : String(error);
    const message = `The training state ${file} does not fit this model: ${detail}`;
    throw new Refusal('invalid_state', message, { cause: error });
  }
}
