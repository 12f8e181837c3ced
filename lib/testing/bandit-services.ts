import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { createRandom } from '@/lib/rl/seeded-random';
import type { Datum } from '@/lib/rl/datum';
import type { GenerateRequest, Generation } from '@/lib/services/inference-service';
import type { ServiceContext, Services } from '@/lib/services/open-services';
import { ServiceError } from '@/lib/services/service-error';
import type { TrainStep } from '@/lib/services/training-service';

const ARMS = 10;
const DIGIT_ZERO = 48;
const END = 0;
/** A bandit learns much faster than a network with the same rate. */
const RATE_SCALE = 300;

type Policy = Record<string, number[]>;
const SavedPolicy = z.object({ policy: z.record(z.string(), z.array(z.number())) });

type Call = 'open' | 'generate' | 'trainStep' | 'publishWeights' | 'saveState' | 'loadState';

export type Bandit = {
  /** For `startRunProcess({ open })`. */
  readonly open: (config: unknown, context: ServiceContext) => Promise<Services>;
  /** Calls so far, by name. */
  readonly calls: Readonly<Record<Call, number>>;
};

/**
 * Services around a softmax over ten digits per prompt: small, deterministic, and really learning, so that a rising
 * reward, a lost policy and a half-trained step show. `onCall` may wait, or throw what a real service would.
 */
export function createBandit(
  onCall: (call: Call, count: number, signal: AbortSignal) => Promise<void> | void = () => undefined,
): Bandit {
  const calls: Record<Call, number> = {
    open: 0,
    generate: 0,
    trainStep: 0,
    publishWeights: 0,
    saveState: 0,
    loadState: 0,
  };
  const called = async (call: Call, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    calls[call] += 1;
    await onCall(call, calls[call], signal);
    signal.throwIfAborted();
  };
  return { calls, open: (_config, context) => Promise.resolve(banditServices(context, called)) };
}

function banditServices(
  context: ServiceContext,
  called: (call: Call, signal: AbortSignal) => Promise<void>,
): Services {
  let policy: Policy = {};
  let published: Policy = {};
  let version = 0;
  const answered = new Map<string, Readonly<Record<string, number>>>();
  const health = () => Promise.resolve({ ok: true, model: 'bandit', detail: '' } as const);
  const close = () => Promise.resolve();
  return {
    inference: {
      generate: async (request, signal) => {
        await called('generate', signal);
        return { ...draw(published, request), weightVersion: version };
      },
      encode: (texts, { appendEnd }) =>
        Promise.resolve(texts.map((text) => [...codes(text), ...(appendEnd ? [END] : [])])),
      logprobs: (tokens) => Promise.resolve(new Float32Array(tokens.length)),
      loadWeights: () => Promise.resolve(),
      health,
      close,
    },
    training: {
      open: async (_spec, signal) => {
        await called('open', signal);
        policy = {};
        published = {};
        version = 0;
      },
      forward: (batch) => Promise.resolve(batch.map(({ tokens }) => new Float32Array(tokens.length))),
      freezeReference: () => Promise.resolve(),
      trainStep: async (step, signal) => {
        await called('trainStep', signal);
        const before = answered.get(step.operationId);
        if (before) return before;
        const metrics = learn(policy, step);
        answered.set(step.operationId, metrics);
        return metrics;
      },
      publishWeights: async (_label, signal) => {
        await called('publishWeights', signal);
        published = structuredClone(policy);
        version += 1;
        return { path: 'bandit', version };
      },
      saveState: async (label, signal) => {
        await called('saveState', signal);
        const folder = context.stateFolder ?? context.dataDir;
        const file = path.join(folder, `${label}.json`);
        await mkdir(folder, { recursive: true });
        await writeFile(file, JSON.stringify({ policy }));
        return { path: file, bytes: (await stat(file)).size };
      },
      loadState: async (ref, signal) => {
        await called('loadState', signal);
        policy = SavedPolicy.parse(JSON.parse(await readFile(ref.path, 'utf8'))).policy;
      },
      health,
      close,
    },
  };
}

export function goneError(): ServiceError {
  return new ServiceError('gone', 'bandit: the service is gone');
}

function draw(policy: Policy, request: GenerateRequest): Omit<Generation, 'weightVersion'> {
  const shares = probabilities(policy, request.prompt);
  const arm = request.temperature === 0 ? bestOf(shares) : pick(shares, createRandom(request.seed ?? 0)());
  const text = String(arm);
  return {
    promptTokens: codes(request.prompt),
    tokens: [DIGIT_ZERO + arm, END],
    logprobs: [Math.log(shares[arm] ?? 1), 0],
    tokenTexts: [...Array.from(request.prompt), text, ''],
    text,
    stopReason: 'stop',
  };
}

function learn(policy: Policy, { batch, loss, optimizer }: TrainStep): Readonly<Record<string, number>> {
  let total = 0;
  for (const datum of batch) {
    const { prompt, arm, start } = read(datum);
    const shares = probabilities(policy, prompt);
    const weight = loss.kind === 'cross_entropy' ? 1 : (datum.advantages?.[start] ?? 0);
    const logits = (policy[prompt] ??= new Array<number>(ARMS).fill(0));
    for (const [each, share] of shares.entries()) {
      const push = (each === arm ? 1 : 0) - share;
      logits[each] = (logits[each] ?? 0) + optimizer.learningRate * RATE_SCALE * weight * push;
    }
    total -= weight * Math.log(shares[arm] ?? 1);
  }
  return { loss: total / batch.length, ppo_kl: Math.abs(total) / batch.length / 100, grad_norm: 1 };
}

function read({ tokens, weights }: Datum): { prompt: string; arm: number; start: number } {
  const start = weights.findIndex((weight) => weight > 0);
  const prompt = String.fromCharCode(...tokens.subarray(0, start));
  return { prompt, arm: (tokens[start] ?? DIGIT_ZERO) - DIGIT_ZERO, start };
}

function probabilities(policy: Policy, prompt: string): readonly number[] {
  const logits = policy[prompt] ?? new Array<number>(ARMS).fill(0);
  const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const sum = powers.reduce((left, right) => left + right, 0);
  return powers.map((power) => power / sum);
}

function pick(shares: readonly number[], random: number): number {
  let rest = random;
  for (const [arm, share] of shares.entries()) {
    rest -= share;
    if (rest < 0) return arm;
  }
  return shares.length - 1;
}

function bestOf(shares: readonly number[]): number {
  return shares.indexOf(Math.max(...shares));
}

function codes(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
