import { randomInt } from 'node:crypto';
import { createTurns } from '@/lib/shared/turns';
import { deriveSeed } from '@/lib/rl/seeded-random';
import type { Datum } from '@/lib/rl/datum';
import { createBatcher } from '@/lib/services/embedded/sample-batcher';
import type { CompletionOutcome, CompletionRequest, Completion } from '@/lib/embedded/completions';
import type { HostedModel } from '@/lib/embedded/hosted-model';
import type { Likeliest, ModelShape } from '@/lib/embedded/model/learner';
import type { ModelRegistry } from '@/lib/embedded/model-registry';
import { Refusal } from '@/lib/embedded/refusal';
import { readWeightFolder, type WeightFolder } from '@/lib/embedded/weight-folders';

/** What one server serves: a model whose weights can be exchanged while requests come in. */
export type ServedModel = {
  /** Waits while generation is paused. `isAborted`: it was cut off before it was computed. Throws a `Refusal`. */
  complete(request: SampleOrder, signal: AbortSignal): Promise<readonly Sampled[]>;
  /** Natural-log probabilities at temperature 1; entry 0 is 0. */
  logprobs(tokens: readonly number[], signal: AbortSignal): Promise<Float32Array>;
  /** The `count` likeliest tokens at every place, at temperature 1. */
  likeliest(tokens: readonly number[], count: number, signal: AbortSignal): Promise<Likeliest>;
  /** Loads a folder below the data folder; what is computed meanwhile is finished first. */
  load(folder: string, version: string | null): Promise<void>;
  /** Calls the weights of now something else. */
  nameVersion(version: string): void;
  /** `abort` ends what waits; in any other mode it goes on after `resume`. */
  pause(mode: string): void;
  resume(): void;
  /** Ends what waits: one request, or all. Gives how many. */
  abort(id: string | null): number;
  info(): ServedInfo;
};

export type ServedInfo = {
  readonly shape: ModelShape;
  readonly weightVersion: string;
  /** Folder of the weights; null = those that the model begins with. */
  readonly folder: string | null;
  readonly isPaused: boolean;
  /** Requests that wait or run. */
  readonly waiting: number;
};

/** Samples of one prompt. */
export type SampleOrder = Omit<CompletionRequest, 'seed'> & {
  readonly id: string;
  readonly samples: number;
  /** Null = any. */
  readonly seed: number | null;
};

export type Sampled =
  | { readonly isAborted: false; readonly completion: Completion; readonly weightVersion: string }
  | { readonly isAborted: true; readonly weightVersion: string };

export type ServedModelOptions = {
  readonly registry: ModelRegistry;
  readonly dataDir: string;
  /** In the registry. */
  readonly name: string;
  readonly shape: ModelShape;
  readonly seed: number;
};

const MAX_BATCH = 1024;
const BATCH_WINDOW_MS = 1;
const SEED_SPACE = 2 ** 32;
/** SGLang's name for weights that were never updated. */
const FIRST_VERSION = 'default';

type Drawn = { readonly outcome: CompletionOutcome; readonly weightVersion: string };

export function createServedModel(options: ServedModelOptions): ServedModel {
  const inTurn = createTurns();
  const current = createCurrentWeights(options);
  const waiting = createWaitingRequests();
  const batcher = createBatcher<CompletionRequest, Drawn>({
    maxBatch: MAX_BATCH,
    windowMs: BATCH_WINDOW_MS,
    send: (requests, signal) =>
      inTurn(async () => {
        const model = await current.model();
        const { outcomes } = await model.complete(requests, signal);
        const weightVersion = current.version();
        return outcomes.map((outcome) => ({ outcome, weightVersion }));
      }),
  });

  async function draw(order: SampleOrder, signal: AbortSignal): Promise<readonly Sampled[]> {
    const { samples, seed } = order;
    const base = seed ?? randomInt(SEED_SPACE);
    const drawn = await Promise.all(
      Array.from({ length: samples }, (_unused, sample) => {
        const own = samples === 1 ? base : deriveSeed(base, 'rollout', sample);
        return batcher.add({ ...order, seed: own }, signal);
      }),
    );
    return drawn.map(({ outcome, weightVersion }) => {
      if (!outcome.ok) throw new Refusal('invalid_request', outcome.message);
      return { isAborted: false, completion: outcome.value, weightVersion };
    });
  }

  return {
    async complete(order, signal) {
      const aborted = Array.from({ length: order.samples }, () => ({
        isAborted: true as const,
        weightVersion: current.version(),
      }));
      return await waiting.run({ id: order.id, signal, whenAborted: aborted }, (own) => draw(order, own));
    },
    logprobs: (tokens, signal) =>
      inTurn(async () => {
        const model = await current.model();
        const [row] = await model.forward(
          { batch: [contextOf(tokens)], temperature: 1, weights: 'training' },
          signal,
        );
        return row ?? new Float32Array(0);
      }),
    likeliest: (tokens, count, signal) =>
      inTurn(async () => {
        const model = await current.model();
        const [row] = await model.likeliest([contextOf(tokens)], count, signal);
        return row ?? { tokens: new Int32Array(0), logprobs: new Float32Array(0) };
      }),
    async load(folder, version) {
      const found = await readWeightFolder(options.dataDir, folder);
      await inTurn(() => current.change(found, version ?? FIRST_VERSION));
    },
    nameVersion: current.nameVersion,
    pause: waiting.pause,
    resume: waiting.resume,
    abort: waiting.abort,
    info: () => ({ ...current.info(), isPaused: waiting.isPaused(), waiting: waiting.count() }),
  };
}

/** The learner with the weights that are served; opened when it is needed, and again after the registry has dropped it. */
function createCurrentWeights({ registry, name, shape, seed }: ServedModelOptions) {
  let opened: HostedModel | null = null;
  let loaded: WeightFolder | null = null;
  let version = FIRST_VERSION;

  function stillOpen(): HostedModel | null {
    if (opened === null) return null;
    try {
      return registry.get(opened.id);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'no_model') return null;
      throw error;
    }
  }

  async function open(weights: WeightFolder | null): Promise<HostedModel> {
    const wanted = weights?.shape ?? shape;
    const model = await registry.open({ name, shape: wanted, seed, threads: null });
    if (weights !== null) await model.loadState(weights.weightsFile, { optimizer: false });
    return model;
  }

  return {
    version: () => version,
    nameVersion: (name: string) => void (version = name),
    info: () => ({
      shape: loaded?.shape ?? shape,
      weightVersion: version,
      folder: loaded?.path ?? null,
    }),
    async model(): Promise<HostedModel> {
      opened = stillOpen() ?? (await open(loaded));
      return opened;
    },
    async change(weights: WeightFolder, name: string): Promise<void> {
      const known = stillOpen();
      if (known === null || !isSameShape(known.shape, weights.shape)) opened = await open(weights);
      else await known.loadState(weights.weightsFile, { optimizer: false });
      loaded = weights;
      version = name;
    },
  };
}

type Request = {
  readonly id: string;
  readonly signal: AbortSignal;
  readonly whenAborted: readonly Sampled[];
};

/** Requests that are under way, and hold while generation is paused. */
function createWaitingRequests() {
  const cuts = new Map<string, AbortController>();
  let paused: { readonly over: Promise<void>; readonly end: () => void } | null = null;

  const abort = (id: string | null): number => {
    const ended = [...cuts].filter(([each]) => id === null || each === id);
    for (const [, cut] of ended) cut.abort();
    return ended.length;
  };

  return {
    abort,
    isPaused: () => paused !== null,
    count: () => cuts.size,
    pause: (mode: string): void => {
      if (paused === null) {
        let end: () => void = () => undefined;
        const over = new Promise<void>((resolve) => (end = resolve));
        paused = { over, end };
      }
      if (mode === 'abort') abort(null);
    },
    resume: (): void => {
      paused?.end();
      paused = null;
    },
    async run(
      { id, signal, whenAborted }: Request,
      work: (signal: AbortSignal) => Promise<readonly Sampled[]>,
    ): Promise<readonly Sampled[]> {
      if (cuts.has(id)) throw new Refusal('invalid_request', `The request ${id} is under way already`);
      const cut = new AbortController();
      cuts.set(id, cut);
      const own = AbortSignal.any([signal, cut.signal]);
      try {
        while (paused !== null) await Promise.race([paused.over, whenAbortedBy(own)]);
        return await work(own);
      } catch (error) {
        if (cut.signal.aborted) return whenAborted;
        signal.throwIfAborted();
        throw error;
      } finally {
        cuts.delete(id);
      }
    },
  };
}

function whenAbortedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new Refusal('cancelled', 'The request was cancelled'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function isSameShape(a: ModelShape, b: ModelShape): boolean {
  return (
    a.modelWidth === b.modelWidth && a.layers === b.layers && a.heads === b.heads && a.context === b.context
  );
}

function contextOf(tokens: readonly number[]): Datum {
  return { tokens: Int32Array.from(tokens), weights: new Float32Array(tokens.length) };
}
