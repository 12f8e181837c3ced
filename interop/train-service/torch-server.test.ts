import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { processEnvironment } from '@/lib/env';
import type { Datum, LossSpec, OptimizerSpec } from '@/lib/rl/datum';
import { estimateKl, KL_ESTIMATORS } from '@/lib/rl/kl/estimate';
import { tokenLoss } from '@/lib/rl/loss/token-loss';
import { openTrainService } from '@/lib/services/train-service/open-train-service';
import { Health, lossToWire } from '@/lib/services/train-service/wire/messages';
import type { TrainStep } from '@/lib/services/training-service';
import { type PythonTrainServer, startPythonTrainServer } from '@/lib/testing/python-train-server';
import { startFaultyProxy } from '@/lib/testing/faulty-proxy';

// The reference server with torch, on the CPU, with a random model of two layers.

const python = processEnvironment()['GALLEY_TORCH_PYTHON'] ?? 'python3';
const SERVER = path.resolve('lib/python/train_service');
const Numbers = z.array(z.number());
const Answers = z.array(z.object({ loss: Numbers, slope: Numbers }));
const never = new AbortController().signal;
const run = promisify(execFile);

let root = '';
let baseModel = '';
const servers: PythonTrainServer[] = [];

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'galley-torch-'));
  baseModel = path.join(root, 'model');
  await run(python, [path.join(SERVER, 'tests/tiny_model.py'), baseModel]);
});
afterAll(async () => {
  for (const server of servers) await server.kill();
  await rm(root, { recursive: true, force: true });
});

async function start(program: readonly string[] = ['-m', 'galley_train']): Promise<PythonTrainServer> {
  const args = ['--device', 'cpu', '--max-models', '2'];
  const server = await startPythonTrainServer({ python, program, args, cwd: SERVER, folder: root });
  servers.push(server);
  return server;
}

const connect = (port: number, identifier: string) =>
  openTrainService({ url: `http://127.0.0.1:${port}`, identifier, temperature: 1, maxAttempts: 2 });

const FULL = { kind: 'full' } as const;
const OPTIMIZER: OptimizerSpec = {
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0,
  gradClip: 1,
};
const IMITATE: LossSpec = { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 };

function imitation(...tokens: readonly number[]): Datum {
  return {
    tokens: Int32Array.from(tokens),
    weights: Float32Array.from(tokens, (_, at) => (at === 0 ? 0 : 1)),
  };
}
const BATCH = [imitation(5, 6, 7, 8, 9), imitation(50, 60, 70), imitation(9)];
const stepOf = (operationId: string, over: Partial<TrainStep> = {}): TrainStep => ({
  operationId,
  batch: BATCH,
  loss: IMITATE,
  optimizer: OPTIMIZER,
  ...over,
});

/** Numbers that look random and are the same every time. */
function numbers(count: number, seed: number, [low, high]: readonly [number, number]): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return low + ((high - low) * state) / 2 ** 32;
  });
}

const common = { entropyCoefficient: 0, temperature: 1 };
const LOSSES: readonly LossSpec[] = [
  { kind: 'cross_entropy', ...common },
  { kind: 'importance_sampling', ...common },
  { kind: 'ppo', clipLow: 0.2, clipHigh: 0.28, dualClip: 3, ...common },
  { kind: 'ppo', clipLow: 0.2, clipHigh: 0.2, dualClip: null, ...common },
  { kind: 'gspo', clipLow: 0.02, clipHigh: 0.03, ...common },
  { kind: 'cispo', clipLow: 0.2, clipHigh: 0.28, ...common },
];

test('losses and slopes of tokens are those of lib/rl, to 1e-5', () => {
  const count = 200;
  const logprobs = numbers(count, 1, [-4, 0]);
  const old = numbers(count, 2, [-4, 0]);
  const advantages = numbers(count, 3, [-2, 2]);
  const references = numbers(count, 4, [-12, 0]);
  const cases = [
    ...LOSSES.map((spec) => ({ spec: lossToWire(spec, 1), logprobs, old, advantages })),
    ...KL_ESTIMATORS.map((estimator) => ({ estimator, logprobs, references })),
  ];
  const script = path.join(SERVER, 'tests/loss_values.py');
  const said = execFileSync(python, [script], { input: JSON.stringify(cases), encoding: 'utf8' });
  const answers = Answers.parse(JSON.parse(said));
  const sequenceLogRatio = logprobs.reduce((sum, value, at) => sum + value - (old[at] ?? 0), 0) / count;
  const wanted = [
    ...LOSSES.map((spec) =>
      logprobs.map((logprob, at) =>
        tokenLoss(spec, { logprob, old: old[at] ?? 0, advantage: advantages[at] ?? 0, sequenceLogRatio }),
      ),
    ),
    ...KL_ESTIMATORS.map((estimator) =>
      logprobs.map((logprob, at) => {
        const { value, slope } = estimateKl(estimator, logprob, references[at] ?? 0);
        return { loss: value, slope };
      }),
    ),
  ];
  expect(answers.length).toBe(wanted.length);
  wanted.forEach((tokens, index) => {
    const answer = answers[index];
    tokens.forEach(({ loss, slope }, at) => {
      expect(Math.abs((answer?.loss[at] ?? NaN) - loss)).toBeLessThan(1e-5 * Math.max(1, Math.abs(loss)));
      expect(Math.abs((answer?.slope[at] ?? NaN) - slope)).toBeLessThan(1e-5 * Math.max(1, Math.abs(slope)));
    });
  });
});

test('training lowers the loss, states come back bit by bit, weights load in transformers', async () => {
  const { port } = await start();
  const training = connect(port, 'full');
  await training.open({ baseModel, tuning: FULL, seed: 1 }, never);
  const [before] = await training.forward(BATCH, 'policy', never);
  await training.freezeReference(never);
  const first = await training.trainStep(stepOf('s-0'), never);
  // the loss is the mean of what the forward pass said
  const rows = await training.forward(BATCH, 'reference', never);
  const sum = rows.reduce((total, row) => row.reduce((part, value) => part - value, total), 0);
  expect(first['loss']).toBeCloseTo(sum / 6, 4);
  expect(rows[0]).toEqual(before);
  const state = await training.saveState('after-1', never);
  const losses: number[] = [];
  for (let index = 1; index < 8; index++) {
    losses.push((await training.trainStep(stepOf(`s-${index}`), never))['loss'] ?? NaN);
  }
  expect(losses.at(-1)).toBeLessThan((first['loss'] ?? 0) * 0.8);
  const trained = await training.forward(BATCH, 'policy', never);
  // from the state the same steps give the same bits
  await training.loadState(state, never);
  const again: number[] = [];
  for (let index = 1; index < 8; index++) {
    again.push((await training.trainStep(stepOf(`s-${index}`), never))['loss'] ?? NaN);
  }
  expect(again).toEqual(losses);
  expect(await training.forward(BATCH, 'policy', never)).toEqual(trained);
  expect((await training.forward(BATCH, 'reference', never))[0]).toEqual(before);
  const ref = await training.publishWeights('version-1', never);
  expect(ref.version).toBe(1);
  expect((await readdir(ref.path)).sort()).toEqual(['config.json', 'model.safetensors']);
  expectClose(await transformersLogprobs(ref.path, [5, 6, 7, 8, 9]), trained[0]);
  await training.close();
});

function expectClose(found: readonly number[], wanted: Float32Array | undefined): void {
  expect(found.length).toBe(wanted?.length);
  found.forEach((value, at) => expect(value).toBeCloseTo(wanted?.[at] ?? NaN, 4));
}

/** Log-probabilities that transformers gives for the weights of a folder. */
async function transformersLogprobs(folder: string, tokens: readonly number[]): Promise<readonly number[]> {
  const script = `import json, sys, torch
from transformers import AutoModelForCausalLM
ids = torch.tensor([json.loads(sys.argv[2])])
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32).eval()
with torch.no_grad():
    p = torch.log_softmax(model(input_ids=ids).logits[0, :-1], -1)
print(json.dumps([0.0] + p.gather(-1, ids[0, 1:, None])[:, 0].tolist()))`;
  const { stdout } = await run(python, ['-c', script, folder, JSON.stringify(tokens)]);
  return Numbers.parse(JSON.parse(stdout));
}

test('policy losses with entropy and KL terms: the parts of a batch add up to the whole', async () => {
  const { port } = await start();
  const training = connect(port, 'policy');
  await training.open({ baseModel, tuning: FULL, seed: 1 }, never);
  const rows = await training.forward(BATCH, 'policy', never);
  const batch = BATCH.map((datum, index) => ({
    ...datum,
    logprobs: (rows[index] ?? new Float32Array()).map((value) => value + 0.3),
    advantages: datum.weights.map((weight) => weight * (index === 0 ? 1 : -0.5)),
    referenceLogprobs: (rows[index] ?? new Float32Array()).map((value) => value - 0.2),
  }));
  const state = await training.saveState('start', never);
  for (const loss of LOSSES.slice(1)) {
    const withTerms: LossSpec = {
      ...loss,
      entropyCoefficient: 0.01,
      kl: { estimator: 'k3', coefficient: 0.1 },
    };
    const whole = await training.trainStep(stepOf('whole', { batch, loss: withTerms }), never);
    const expected = expectedLoss(withTerms, batch, rows) - 0.01 * (whole['entropy_loss'] ?? NaN);
    expect(whole['loss']).toBeCloseTo(expected, 4);
    expect(whole['logprob_gap_max']).toBeCloseTo(0.3, 4);
    await training.loadState(state, never);
    const split = await splitStep(port, stepOf('split', { batch, loss: withTerms }), state.path);
    for (const name of [
      'loss',
      'pg_loss',
      'kl_loss',
      'entropy_loss',
      'avg_ratio',
      'pg_clipfrac',
      'grad_norm',
    ]) {
      expect(split[name], `${loss.kind} ${name}`).toBeCloseTo(whole[name] ?? NaN, 5);
    }
  }
  await training.close();
});

/** By lib/rl, of the log-probabilities that the server told. */
function expectedLoss(loss: LossSpec, batch: readonly Datum[], rows: readonly Float32Array[]): number {
  const tokens = batch.flatMap(({ tokens: ids, logprobs, advantages, referenceLogprobs }, index) =>
    Array.from(ids.keys())
      .slice(1)
      .map((at) => ({
        logprob: rows[index]?.[at] ?? 0,
        old: logprobs?.[at] ?? 0,
        advantage: advantages?.[at] ?? 0,
        reference: referenceLogprobs?.[at] ?? 0,
        sequenceLogRatio: -0.3,
      })),
  );
  const total = tokens.reduce((sum, token) => {
    const kl =
      loss.kl === undefined
        ? 0
        : loss.kl.coefficient * estimateKl(loss.kl.estimator, token.logprob, token.reference).value;
    return sum + tokenLoss(loss, token).loss + kl;
  }, 0);
  return total / tokens.length;
}

/** The same step by a client whose requests hold one sequence each. */
async function splitStep(port: number, step: TrainStep, state: string) {
  const proxy = await startFaultyProxy(port, '/train/v1/');
  const health = Health.parse(await (await fetch(`http://127.0.0.1:${port}/train/v1/health`)).json());
  const limits = { max_body_bytes: 128 * 1024 * 1024, max_sequences: 1 };
  const body = JSON.stringify({ ...health, limits });
  proxy.plan('health', { kind: 'answer', status: 200, body });
  const training = openTrainService({ url: proxy.baseUrl, identifier: 'split', temperature: 1 });
  try {
    await training.open({ baseModel, tuning: FULL, seed: 1 }, never);
    await training.loadState({ path: state, bytes: 0 }, never);
    const metrics = await training.trainStep(step, never);
    expect(proxy.seen.filter((path) => path === 'forward_backward').length).toBe(step.batch.length);
    return metrics;
  } finally {
    await training.close();
    await proxy.close();
  }
}

test('LoRA trains its adapters, keeps the base model as the reference, and publishes merged weights', async () => {
  const { port } = await start();
  const training = connect(port, 'lora');
  await training.open({ baseModel, tuning: { kind: 'lora', rank: 4 }, seed: 1 }, never);
  const before = await training.forward(BATCH, 'policy', never);
  const losses: number[] = [];
  const optimizer = { ...OPTIMIZER, learningRate: 0.05 };
  for (let index = 0; index < 6; index++) {
    losses.push((await training.trainStep(stepOf(`s-${index}`, { optimizer }), never))['loss'] ?? NaN);
  }
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? NaN) - 0.2);
  const trained = await training.forward(BATCH, 'policy', never);
  expect(await training.forward(BATCH, 'reference', never)).toEqual(before);
  const state = await training.saveState('s', never);
  const ref = await training.publishWeights('version-1', never);
  expectClose(await transformersLogprobs(ref.path, [5, 6, 7, 8, 9]), trained[0]);
  await training.trainStep(stepOf('s-7'), never);
  await training.loadState(state, never);
  expect(await training.forward(BATCH, 'policy', never)).toEqual(trained);
  await training.close();
});

test('a server that is killed between gradient and step: from the last state the run comes to the same weights', async () => {
  let server = await start();
  const proxy = await startFaultyProxy(server.port, '/train/v1/');
  const training = openTrainService({
    url: proxy.baseUrl,
    identifier: 'killed',
    temperature: 1,
    maxAttempts: 2,
  });
  await training.open({ baseModel, tuning: FULL, seed: 1 }, never);
  await training.trainStep(stepOf('s-0'), never);
  const state = await training.saveState('killed-1', never);
  const undisturbed = await training.trainStep(stepOf('s-1'), never);
  const wanted = await training.forward(BATCH, 'policy', never);
  await training.loadState(state, never);
  proxy.plan('optim_step', {
    kind: 'first',
    async act() {
      await server.kill();
      server = await start();
      proxy.pointAt(server.port);
    },
  });
  await expect(training.trainStep(stepOf('s-1'), never)).rejects.toMatchObject({ kind: 'gone' });
  await training.open({ baseModel, tuning: FULL, seed: 1 }, never);
  await training.loadState(state, never);
  expect(await training.trainStep(stepOf('s-1'), never)).toEqual(undisturbed);
  expect(await training.forward(BATCH, 'policy', never)).toEqual(wanted);
  await training.close();
  await proxy.close();
});

test('two ranks under torchrun compute what one does, and their states fit one another', async () => {
  const single = connect((await start()).port, 'single');
  await single.open({ baseModel, tuning: FULL, seed: 1 }, never);
  const ranks = [
    '-m',
    'torch.distributed.run',
    '--standalone',
    '--nproc-per-node',
    '2',
    '-m',
    'galley_train',
  ];
  const pair = connect((await start(ranks)).port, 'pair');
  await pair.open({ baseModel, tuning: FULL, seed: 1 }, never);
  for (const id of ['s-0', 's-1']) {
    const [one, two] = [await single.trainStep(stepOf(id), never), await pair.trainStep(stepOf(id), never)];
    for (const name of ['loss', 'grad_norm', 'entropy_loss', 'tokens']) {
      expect(two[name], name).toBeCloseTo(one[name] ?? NaN, 4);
    }
  }
  const rows = await single.forward(BATCH, 'policy', never);
  const sharded = await pair.forward(BATCH, 'policy', never);
  sharded.forEach((row, index) =>
    row.forEach((value, at) => expect(value).toBeCloseTo(rows[index]?.[at] ?? NaN, 3)),
  );
  const state = await pair.saveState('of-the-pair', never);
  const next = await pair.trainStep(stepOf('s-2'), never);
  const after = await pair.forward(BATCH, 'policy', never);
  await pair.loadState(state, never);
  expect(await pair.trainStep(stepOf('s-2'), never)).toEqual(next);
  expect(await pair.forward(BATCH, 'policy', never)).toEqual(after);
  await single.loadState(state, never);
  const loaded = await single.forward(BATCH, 'policy', never);
  loaded.forEach((row, index) =>
    row.forEach((value, at) => expect(value).toBeCloseTo(sharded[index]?.[at] ?? NaN, 5)),
  );
  const ref = await pair.publishWeights('version-1', never);
  expect(JSON.parse(await readFile(path.join(ref.path, 'config.json'), 'utf8'))).toMatchObject({
    model_type: 'qwen3',
  });
  await pair.close();
  await single.close();
});
