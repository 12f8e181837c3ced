import type { FairScheduler } from './fair-scheduler';
import { createHostedModel, type HostedModel } from './hosted-model';
import type { Learner, ModelShape } from './model/learner';
import { Refusal } from './refusal';
import type { StateFiles } from './state-files';
import type { Tokenizer } from './tokenizer';

export type NewModel = {
  readonly name: string;
  readonly shape: ModelShape;
  readonly seed: number;
  /** Null = the service's default. */
  readonly threads: number | null;
};

export type LearnerFactory = (options: {
  readonly shape: ModelShape;
  readonly seed: number;
  readonly threads: number;
}) => Promise<Learner>;

/** The models of the service. Protocols know this and nothing below it. */
export type ModelRegistry = {
  /** One model per name: the older one is closed first. */
  open(model: NewModel): Promise<HostedModel>;
  /** Every look-up is a sign of life of the model's client. Throws `Refusal('no_model')`. */
  get(id: string): HostedModel;
  remove(id: string): Promise<void>;
  list(): readonly HostedModel[];
  /** Closes the models whose clients have been silent for longer than the lease. */
  dropSilent(): Promise<void>;
  /** No model, and none on its way. */
  isIdle(): boolean;
  closeAll(): Promise<void>;
};

export type ModelRegistryOptions = {
  readonly createLearner: LearnerFactory;
  readonly tokenizer: Tokenizer;
  readonly scheduler: FairScheduler;
  readonly states: StateFiles;
  readonly threads: number;
  /** Milliseconds without a call after which a model is taken for abandoned. */
  readonly leaseMs: number;
  readonly now: () => number;
  readonly newId: () => string;
  readonly log: (message: string) => void;
};

/** A small model takes about 30 MB with its optimizer and caches: this many fit on a laptop. */
const MAX_MODELS = 32;

type Entry = { readonly model: HostedModel; lastCallAt: number };

export function createModelRegistry(options: ModelRegistryOptions): ModelRegistry {
  const { createLearner, now, log } = options;
  const entries = new Map<string, Entry>();
  const opening = new Map<string, Promise<unknown>>();

  async function openNow({ name, shape, seed, threads }: NewModel): Promise<HostedModel> {
    const older = [...entries.values()].find(({ model }) => model.name === name);
    if (older !== undefined)
      await close(older.model.id, `The model ${name} was opened again by another client`);
    if (entries.size >= MAX_MODELS) throw tooMany();
    const learner = await createLearner({ shape, seed, threads: threads ?? options.threads }).catch(
      asRefusal,
    );
    const id = `${name}.${options.newId()}`;
    const onFailure = (error: unknown): void => {
      log(`model ${id} failed: ${stackOf(error)}`);
      void close(id, `The model ${name} failed and was closed`);
    };
    const model = createHostedModel({ ...options, id, name, shape, learner, onFailure });
    entries.set(id, { model, lastCallAt: now() });
    log(`model ${id} opened: ${JSON.stringify(shape)}, seed ${seed}`);
    return model;
  }

  async function close(id: string, reason: string): Promise<void> {
    const entry = entries.get(id);
    if (entry === undefined) return;
    entries.delete(id);
    log(`model ${id} closed: ${reason}`);
    await entry.model.close(new Refusal('no_model', reason)).catch((error: unknown) => {
      log(`model ${id} did not close cleanly: ${stackOf(error)}`);
    });
  }

  return {
    async open(model) {
      const previous = opening.get(model.name) ?? Promise.resolve();
      const opened = previous.then(
        () => openNow(model),
        () => openNow(model),
      );
      opening.set(model.name, opened);
      try {
        return await opened;
      } finally {
        if (opening.get(model.name) === opened) opening.delete(model.name);
      }
    },
    get(id) {
      const entry = entries.get(id);
      if (entry === undefined) throw noModel(id, options.leaseMs);
      entry.lastCallAt = now();
      return entry.model;
    },
    remove: (id) => close(id, 'its client closed it'),
    list: () => [...entries.values()].map(({ model }) => model),
    async dropSilent() {
      for (const [id, entry] of [...entries]) {
        if (entry.model.queued() > 0) entry.lastCallAt = now();
        const silentMs = now() - entry.lastCallAt;
        if (silentMs > options.leaseMs) await close(id, `no call for ${Math.round(silentMs / 1000)} s`);
      }
    },
    isIdle: () => entries.size === 0 && opening.size === 0,
    async closeAll() {
      await Promise.all([...entries.keys()].map((id) => close(id, 'the service ends')));
    },
  };
}

/** The learner refuses a shape that its kernels cannot compute with a `RangeError`. */
function asRefusal(error: unknown): never {
  if (!(error instanceof RangeError)) throw error;
  const message = `${error.message} Change service.embedded_service.model.`;
  throw new Refusal('invalid_request', message, { cause: error });
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function tooMany(): Refusal {
  return new Refusal('too_many_models', `The service holds ${MAX_MODELS} models already: stop a run first`);
}

function noModel(id: string, leaseMs: number): Refusal {
  const message = `There is no model ${id}: it was closed, opened again elsewhere, or dropped after ${leaseMs / 1000} s of silence. Open it again.`;
  return new Refusal('no_model', message);
}
