import type { Completion, CompletionRequest } from '@/lib/embedded/completions';
import type { HostedModel } from '@/lib/embedded/hosted-model';
import type { ModelRegistry } from '@/lib/embedded/model-registry';
import { Refusal } from '@/lib/embedded/refusal';
import type { Likeliest } from '@/lib/embedded/model/learner';
import type { Datum } from '@/lib/rl/datum';
import type { BaseModel } from '@/lib/embedded/base-models';
import { TinkerError, unprocessable } from './tinker-error';

/** One prompt with its samples, under one set of weights. */
export type SamplerRequest = {
  /** File of the weights; null = the base model's own. */
  readonly weights: string | null;
  readonly prompt: readonly number[];
  readonly completions: readonly CompletionRequest[];
  readonly promptLogprobs: boolean;
  /** Candidates per place of the prompt; 0 = none. */
  readonly topk: number;
};

export type SamplerAnswer = {
  readonly completions: readonly Completion[];
  /** Entry 0 is 0. */
  readonly promptLogprobs: Float32Array | null;
  readonly likeliest: Likeliest | null;
};

/** Samples from any weights of one base model's shape. Requests for the same weights that wait together run together. */
export type SamplerHost = {
  ask(request: SamplerRequest): Promise<SamplerAnswer>;
  /** A sign of life of a client that may sample again. */
  touch(): void;
};

export type SamplerHostOptions = {
  readonly registry: ModelRegistry;
  readonly base: BaseModel;
  /** Where the base model's weights are kept. */
  readonly baseFile: string;
};

/** Rows that one pass of the sampler takes from the queue; no request may have more. */
export const MAX_ROWS = 1024;
/** Waiting requests beyond which clients are told to wait. */
const MAX_WAITING = 4096;

type Waiting = SamplerRequest & {
  readonly resolve: (answer: SamplerAnswer) => void;
  readonly reject: (error: unknown) => void;
};

export function createSamplerHost(options: SamplerHostOptions): SamplerHost {
  const loader = createWeightLoader(options);
  let waiting: Waiting[] = [];
  let isRunning = false;

  /** Those at the front of the queue that want the same weights as the first. */
  function takeBatch(): readonly Waiting[] {
    const [first] = waiting;
    const batch: Waiting[] = [];
    let rows = 0;
    waiting = waiting.filter((each) => {
      const fits =
        each.weights === first?.weights && (batch.length === 0 || rows + each.completions.length <= MAX_ROWS);
      if (!fits) return true;
      batch.push(each);
      rows += each.completions.length;
      return false;
    });
    return batch;
  }

  async function work(): Promise<void> {
    isRunning = true;
    // those who were released together ask together
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = takeBatch();
      try {
        const model = await loader.modelWith(batch[0]?.weights ?? null);
        await answer(model, batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isRunning = false;
  }

  return {
    ask(request) {
      if (waiting.length >= MAX_WAITING) {
        throw new TinkerError(
          429,
          `${waiting.length} sampling requests wait already: wait a second and ask again.`,
        );
      }
      return new Promise((resolve, reject) => {
        waiting.push({ ...request, resolve, reject });
        if (!isRunning) void work();
      });
    },
    touch: () => loader.touch(),
  };
}

/** The learner of a base model's shape, with the weights that are wanted. */
function createWeightLoader({ registry, base, baseFile }: SamplerHostOptions) {
  let opened: { readonly model: HostedModel; loaded: string } | null = null;

  /** Null before the first use, and after the model was dropped for its clients' silence. */
  function stillOpen(): typeof opened {
    if (opened === null) return null;
    try {
      registry.get(opened.model.id);
      return opened;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'no_model') return null;
      throw error;
    }
  }

  return {
    touch: () => void (opened = stillOpen()),
    /** Null = the base model's own weights. */
    async modelWith(weights: string | null): Promise<HostedModel> {
      opened = stillOpen();
      if (opened === null) {
        const { name, shape, seed } = base;
        const model = await registry.open({ name: `tinker-sampler:${name}`, shape, seed, threads: null });
        await model.saveState(baseFile, { optimizer: false });
        opened = { model, loaded: baseFile };
      }
      const wanted = weights ?? baseFile;
      if (opened.loaded !== wanted) {
        await opened.model.loadState(wanted, { optimizer: false });
        opened.loaded = wanted;
      }
      return opened.model;
    },
  };
}

const never = new AbortController().signal;

async function answer(model: HostedModel, batch: readonly Waiting[]): Promise<void> {
  const { outcomes } = await model.complete(
    batch.flatMap(({ completions }) => completions),
    never,
  );
  const drawn = refuseAlone(batch, outcomes);
  // a prompt that was refused must not be looked at with those of others
  const asked = drawn.map(({ each }) => each).filter((each) => each.promptLogprobs || each.topk > 0);
  const { logprobs, likeliest, k } = await lookAtPrompts(model, asked);
  for (const { each, completions } of drawn) {
    const place = asked.indexOf(each);
    each.resolve({
      completions: await atTemperatureOne(model, each, completions),
      promptLogprobs: each.promptLogprobs ? (logprobs[place] ?? null) : null,
      likeliest: each.topk > 0 ? narrowed(likeliest[place], k, each.topk) : null,
    });
  }
}

type Drawn = { readonly each: Waiting; readonly completions: readonly Completion[] };

/** Rejects the requests that the model refuses, and gives the others with what was drawn for them. */
function refuseAlone(
  batch: readonly Waiting[],
  outcomes: Awaited<ReturnType<HostedModel['complete']>>['outcomes'],
): readonly Drawn[] {
  let row = 0;
  return batch.flatMap((each) => {
    const own = outcomes.slice(row, (row += each.completions.length));
    const refused = own.find((outcome) => !outcome.ok);
    if (refused === undefined) {
      return [{ each, completions: own.flatMap((outcome) => (outcome.ok ? [outcome.value] : [])) }];
    }
    each.reject(unprocessable(refused.message));
    return [];
  });
}

async function lookAtPrompts(model: HostedModel, asked: readonly Waiting[]) {
  const prompts = asked.map(({ prompt }) => contextOf(prompt));
  const k = asked.reduce((most, { topk }) => Math.max(most, topk), 0);
  if (prompts.length === 0) return { logprobs: [], likeliest: [], k };
  const forward = { batch: prompts, temperature: 1, weights: 'training' } as const;
  const logprobs = await model.forward(forward, never);
  return { logprobs, likeliest: k === 0 ? [] : await model.likeliest(prompts, k, never), k };
}

/** The training side computes probabilities at temperature 1: so do the samples' log-probabilities, whatever they were drawn at. */
async function atTemperatureOne(
  model: HostedModel,
  { completions: [first] }: Waiting,
  drawn: readonly Completion[],
): Promise<readonly Completion[]> {
  const temperature = first?.temperature ?? 1;
  // greedy sampling already tells them at 1
  if (temperature === 1 || temperature === 0 || drawn.length === 0) return drawn;
  const batch = drawn.map(({ promptTokens, tokens }) => contextOf([...promptTokens, ...tokens]));
  const rows = await model.forward({ batch, temperature: 1, weights: 'training' }, never);
  return drawn.map((each, index) => ({
    ...each,
    logprobs: rows[index]?.slice(each.promptTokens.length) ?? each.logprobs,
  }));
}

/** The first `wanted` of the `k` candidates per place. */
function narrowed(row: Likeliest | undefined, k: number, wanted: number): Likeliest | null {
  if (row === undefined) return null;
  const isWanted = (_: number, index: number): boolean => index % k < wanted;
  return { tokens: row.tokens.filter(isWanted), logprobs: row.logprobs.filter(isWanted) };
}

function contextOf(tokens: readonly number[]): Datum {
  return { tokens: Int32Array.from(tokens), weights: new Float32Array(tokens.length) };
}
