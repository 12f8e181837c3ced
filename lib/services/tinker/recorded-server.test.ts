import http from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Datum } from '@/lib/rl/datum';
import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';
import { type Exchange, isProtobuf, readRecording } from '@/lib/testing/wire-recordings';
import { connectTinker } from './connect-tinker';
import { callFromProto } from './wire/forward-backward';

// What real servers answered to a real SDK is answered to our client, and its requests are compared with the SDK's.

type Asked = {
  readonly path: string;
  readonly type: string;
  readonly isProto: boolean;
  readonly body: Buffer;
};

let server: http.Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

const keyOf = (path: string, type: string): string =>
  path.endsWith('retrieve_future') ? `${path} ${type}` : path;

/** Answers each kind of request with what was recorded for it, the last one again and again. */
async function replay(
  recording: readonly Exchange[],
): Promise<{ readonly baseUrl: string; readonly asked: Asked[] }> {
  const answers = new Map<string, Exchange[]>();
  for (const exchange of recording.filter(({ status }) => status < 300)) {
    const key = keyOf(exchange.path, exchange.requestHeaders['X-Tinker-Request-Type'] ?? '');
    answers.set(key, [...(answers.get(key) ?? []), exchange]);
  }
  const asked: Asked[] = [];
  const started = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const type = String(request.headers['x-tinker-request-type'] ?? '');
      const isProto = request.headers['content-type'] === 'application/x-protobuf';
      asked.push({ path: request.url ?? '', type, isProto, body: Buffer.concat(chunks) });
      const queue = answers.get(keyOf(request.url ?? '', type)) ?? [];
      const answer = queue.length > 1 ? queue.shift() : queue[0];
      response.writeHead(answer?.status ?? 404, {
        'content-type': answer?.responseHeaders['Content-Type'] ?? 'application/json',
      });
      response.end(answer?.response ?? '{"detail":"Not Found"}');
    });
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const address = started.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return { baseUrl: `http://127.0.0.1:${address.port}`, asked };
}

const numbers: Tokenizer = {
  ...byteTokenizer,
  encode: (text) => text.split(' ').map(Number),
  decode: (tokens) => tokens.join(' '),
  vocabSize: 512,
  eosTokenIds: [2],
};

/** Four sequences of eleven tokens, as were recorded. */
const datums: readonly Datum[] = Array.from({ length: 4 }, (_, index) => ({
  tokens: Int32Array.from({ length: 11 }, (_unused, at) => 5 + at + index),
  weights: Float32Array.from({ length: 11 }, (_unused, at) => (at > 4 ? 1 : 0)),
  logprobs: new Float32Array(11).fill(-1),
  advantages: new Float32Array(11).fill(index % 2 === 0 ? 1 : -1),
}));

function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(-1).map(formOf);
  if (value === null || typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, formOf(each)]));
}

function formOfRequest(isProto: boolean, body: Buffer): unknown {
  if (!isProto) return formOf(JSON.parse(body.toString('utf8')));
  const { data, modelId, seqId, forwardOnly } = callFromProto(body);
  return {
    addressed: [typeof modelId, typeof seqId, forwardOnly],
    tensors: Object.entries(data[0]?.inputs ?? {})
      .map(([name, { dtype, shape }]) => `${name} ${dtype} ${shape?.length}`)
      .sort(),
  };
}

/** What the SDK leaves to the service and we say, or the other way round. */
const FREE = new Set([
  'user_metadata',
  'path',
  'sampling_session_seq_id',
  'ttl_seconds',
  'tags',
  'stop',
  'seed',
  'base_model',
  'model_path',
]);

function compared(form: unknown): unknown {
  if (form === null || typeof form !== 'object' || Array.isArray(form)) return form;
  return Object.fromEntries(
    Object.entries(form)
      .filter(([key]) => !FREE.has(key))
      .map(([key, each]) => [key, compared(each)]),
  );
}

test.each(['tinker_tuft_sdk_0.25.0.jsonl', 'tinker_skyrl_sdk_0.25.0.jsonl'])(
  '%s: our client reads the answers, and asks as the SDK asked',
  async (name) => {
    const recording = readRecording(name);
    const { baseUrl, asked } = await replay(recording);
    const never = new AbortController().signal;
    const { training, inference } = connectTinker({
      baseUrl,
      apiKey: 'tml-test',
      baseModel: 'tiny',
      rank: 8,
      loadTokenizer: () => Promise.resolve(numbers),
    });
    await training.open({ baseModel: 'tiny', tuning: { kind: 'full' }, seed: 1 }, never);
    // the first recorded save was for a sampler without a name; the second has a path
    await training.publishWeights('initial', never).catch(() => null);
    await inference.loadWeights(await training.publishWeights('step_000001', never), never);
    const generation = await inference.generate(
      { prompt: '5 6 7 8 9', maxTokens: 6, temperature: 1, stop: [], seed: 3 },
      never,
    );
    expect(generation.tokens).toHaveLength(6);
    expect(generation.logprobs.every((logprob) => logprob <= 0)).toBe(true);
    const metrics = await training.trainStep(
      {
        operationId: 'a',
        batch: datums,
        loss: {
          kind: 'ppo',
          clipLow: 0.2,
          clipHigh: 0.2,
          dualClip: null,
          entropyCoefficient: 0,
          temperature: 1,
        },
        optimizer: {
          learningRate: 1e-3,
          beta1: 0.9,
          beta2: 0.95,
          epsilon: 1e-8,
          weightDecay: 0,
          gradClip: 0,
        },
      },
      never,
    );
    expect(metrics).toMatchObject({ tokens: 24, lr: 1e-3 });
    expect(metrics['avg_ratio']).toBeGreaterThan(0);
    expect((await training.saveState('ck1', never)).path).toMatch(/^tinker:\/\/.*\/weights\/ck1#/);
    const paths = new Set(asked.map(({ path }) => path));
    for (const path of paths) {
      const ours = asked.find((each) => each.path === path && each.body.length > 0);
      const theirs = recording.find((each) => each.path === path && each.request.length > 0);
      if (ours === undefined || theirs === undefined || path.endsWith('unload_model')) continue;
      const [form, expected] = [
        formOfRequest(ours.isProto, ours.body),
        formOfRequest(isProtobuf(theirs.requestHeaders), theirs.request),
      ];
      expect(compared(form), path).toEqual(compared(expected));
    }
    expect(paths.size).toBeGreaterThanOrEqual(10);
  },
);
