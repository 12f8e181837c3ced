import type { Datum, LossSpec, OptimizerSpec } from '@/lib/rl/datum';
import type { HostedModel } from '@/lib/embedded/hosted-model';
import { Refusal } from '@/lib/embedded/refusal';

type Metrics = Readonly<Record<string, number>>;

/** `digest` is that of the content: the same id with other content is a mistake. */
export type AskedStep = { readonly operationId: string; readonly digest: string };
export type AskedPart = AskedStep & {
  readonly part: number;
  readonly batch: readonly Datum[];
  readonly loss: LossSpec;
};
export type AskedUpdate = AskedStep & { readonly parts: number; readonly optimizer: OptimizerSpec };

/** Steps of the optimizer from parts of a gradient: each part counts once, and only a whole gradient is stepped along. */
export type GatheredSteps = {
  forwardBackward(asked: AskedPart): Promise<Metrics>;
  optimStep(asked: AskedUpdate): Promise<Metrics>;
  /** Drops the gradient of a step that was begun. */
  drop(): void;
  /** Of steps that were taken, when a state was loaded: the same steps come again. */
  forget(): void;
};

type Answer = { readonly digest: string; readonly metrics: Promise<Metrics> };
type OpenStep = { readonly operationId: string; readonly parts: Map<number, Answer> };

/** Steps whose answer is kept: a client repeats its last few at most. */
const KEPT_STEPS = 64;

export function createGatheredSteps(
  model: Pick<HostedModel, 'accumulate' | 'applyGradient' | 'forgetGradient'>,
): GatheredSteps {
  const taken = new Map<string, Answer>();
  let open: OpenStep | null = null;

  function drop(): void {
    // a model that cannot forget cannot gather either: what is asked next says so
    if (open !== null) model.forgetGradient().catch(() => undefined);
    open = null;
  }

  /** The gradient of a step that nobody went on with is dropped: gradients of two steps never mix. */
  function openStep(operationId: string): OpenStep {
    if (open?.operationId === operationId) return open;
    drop();
    open = { operationId, parts: new Map() };
    return open;
  }

  return {
    async forwardBackward(asked) {
      if (taken.has(asked.operationId)) throw conflict(asked, 'was taken already');
      const { parts } = openStep(asked.operationId);
      const known = parts.get(asked.part);
      if (known !== undefined) return await firstAnswer(known, asked);
      const metrics = model.accumulate(asked.batch, asked.loss).then((gathered) => gathered.metrics);
      parts.set(asked.part, { digest: asked.digest, metrics });
      try {
        return await metrics;
      } catch (error) {
        // it is no part of the gradient, and may come again
        parts.delete(asked.part);
        throw error;
      }
    },
    async optimStep(asked) {
      const known = taken.get(asked.operationId);
      if (known !== undefined) return await firstAnswer(known, asked);
      const parts = open?.operationId === asked.operationId ? open.parts : null;
      await checkComplete(asked, parts);
      // another request with this id may have come first while the parts were awaited
      const first = taken.get(asked.operationId);
      if (first !== undefined) return await firstAnswer(first, asked);
      if (open?.parts !== parts) throw incomplete(asked, 'the step was dropped for another one');
      const metrics = model.applyGradient(asked.optimizer);
      remember(taken, asked.operationId, { digest: asked.digest, metrics });
      open = null;
      try {
        return await metrics;
      } catch (error) {
        taken.delete(asked.operationId);
        // nobody can go on with it: the step is no longer the open one
        model.forgetGradient().catch(() => undefined);
        throw error;
      }
    },
    drop,
    forget: () => taken.clear(),
  };
}

function remember(taken: Map<string, Answer>, operationId: string, answer: Answer): void {
  taken.set(operationId, answer);
  const oldest = taken.keys().next().value;
  if (taken.size > KEPT_STEPS && oldest !== undefined) taken.delete(oldest);
}

async function firstAnswer(known: Answer, asked: AskedStep): Promise<Metrics> {
  if (known.digest !== asked.digest) throw conflict(asked, 'was asked for with other content');
  return await known.metrics;
}

/** Waits for parts on their way; one that fails is missing. */
async function checkComplete(asked: AskedUpdate, parts: ReadonlyMap<number, Answer> | null): Promise<void> {
  if (parts === null) throw incomplete(asked, 'no part of it is here');
  await Promise.allSettled([...parts.values()].map(({ metrics }) => metrics));
  const missing = Array.from({ length: asked.parts }, (_, part) => part).filter((part) => !parts.has(part));
  if (missing.length > 0) throw incomplete(asked, `part ${missing.join(', ')} is not here`);
  if (parts.size > asked.parts) throw conflict(asked, `has ${parts.size} parts here, not ${asked.parts}`);
}

function incomplete({ operationId, parts }: AskedUpdate, why: string): Refusal {
  return new Refusal(
    'gradient_incomplete',
    `The step ${operationId} of ${parts} parts was not taken: ${why}. Send its parts again.`,
  );
}

function conflict({ operationId }: AskedStep, why: string): Refusal {
  return new Refusal('conflict', `The step ${operationId} ${why}`);
}
