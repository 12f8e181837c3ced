import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';
import { type FixedReply, type NullServer, startNullServer } from './bench-null-server';
import { createEmbeddedInference } from './embedded/embedded-inference';
import type { EmbeddedSession } from './embedded/embedded-session';
import { createNativeClient } from './embedded/native-client';
import { packRaggedFloats, packRaggedInts } from './embedded/packed';
import type { InferenceService } from './inference-service';
import { connectOpenAi } from './openai/connect-openai';
import { connectTinker } from './tinker/connect-tinker';
import { sampleToProto } from './tinker/wire/sample';

export type BenchRow = { readonly name: string; readonly value: string };

/** Rollouts in flight. */
const CONCURRENCY = 256;
const ROUNDS = 12;
const WARM_UP_ROUNDS = 4;
const SHORT = 16;
const LONG = 1000;
const PROMPT = Array.from({ length: 32 }, (_, at) => 97 + (at % 26));
const never = new AbortController().signal;

/** One request answered, and read to numbers. */
type Work = () => Promise<unknown>;
type Client = {
  readonly name: string;
  readonly open: (server: NullServer) => Promise<{ readonly ask: Work; readonly close: Work }>;
};

/** OpenAI's own client, at the address of a server. */
export type OpenNpmClient = (
  baseUrl: string,
) => (ask: { readonly prompt: readonly number[]; readonly maxTokens: number }) => Promise<unknown>;

/**
 * What clients cost: requests per second of processor time with 16 tokens in each answer, and processor time per token of
 * answers of 1,000 tokens with their log-probabilities. The server answers at once and in another process; all of this
 * process counts: threads, garbage, sockets.
 */
export async function bench(openNpmClient: OpenNpmClient): Promise<readonly BenchRow[]> {
  const clients = [...CLIENTS, npm(openNpmClient)];
  const rows: BenchRow[] = [];
  const costs = new Map<string, Record<number, number>>();
  for (const tokens of [SHORT, LONG]) {
    const server = await startNullServer(repliesOf(tokens));
    try {
      for (const client of clients) {
        const cost = await microsecondsPerRequest(client, server);
        costs.set(client.name, { ...costs.get(client.name), [tokens]: cost });
      }
    } finally {
      await server.close();
    }
  }
  for (const [name, cost] of costs) {
    const short = cost[SHORT] ?? NaN;
    const long = cost[LONG] ?? NaN;
    rows.push({
      name: `${name}: requests per second and core, ${SHORT} tokens`,
      value: (1e6 / short).toFixed(0),
    });
    rows.push({
      name: `${name}: per token, answers of ${LONG} tokens`,
      value: `${(long / LONG).toFixed(2)} µs`,
    });
  }
  return rows;
}

async function microsecondsPerRequest(client: Client, server: NullServer): Promise<number> {
  const { ask, close } = await client.open(server);
  const round = () => Promise.all(Array.from({ length: CONCURRENCY }, ask));
  for (let count = 0; count < WARM_UP_ROUNDS; count++) await round();
  const costs: number[] = [];
  for (let count = 0; count < ROUNDS; count++) {
    const before = process.cpuUsage();
    await round();
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) / CONCURRENCY);
  }
  await close();
  return costs.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN;
}

function ours(name: string, connect: (server: NullServer) => Promise<InferenceService>): Client {
  return {
    name,
    async open(server) {
      const inference = await connect(server);
      const request = {
        prompt: '',
        promptTokens: PROMPT,
        maxTokens: LONG,
        temperature: 1,
        stop: [],
        seed: 1,
      };
      return {
        ask: () => inference.generate(request, never),
        close: () => inference.close(),
      };
    },
  };
}

/** Gives tokens and log-probabilities as numbers, as ours do, but no text per token. */
function npm(openNpmClient: OpenNpmClient): Client {
  return {
    name: 'openai npm client, vLLM',
    open: (server) => {
      const complete = openNpmClient(address(server));
      return Promise.resolve({
        ask: () => complete({ prompt: PROMPT, maxTokens: LONG }),
        close: () => Promise.resolve(),
      });
    },
  };
}

const address = ({ port }: NullServer): string => `http://127.0.0.1:${port}`;
const loadTokenizer = () => Promise.resolve(byteTokenizer);

const selfHosted = (backend: 'sglang' | 'vllm') => (server: NullServer) =>
  Promise.resolve(
    connectOpenAi({ backend, addresses: [address(server)], apiKey: null, model: 'null', loadTokenizer })
      .inference,
  );

const CLIENTS: readonly Client[] = [
  ours('embedded', (server) => Promise.resolve(embedded(server))),
  ours('tinker', async (server) => {
    const { inference, training } = connectTinker({
      baseUrl: address(server),
      apiKey: 'tml-null',
      baseModel: 'null',
      rank: 8,
      loadTokenizer,
    });
    await training.open({ baseModel: 'null', tuning: { kind: 'full' }, seed: 1 }, never);
    await inference.loadWeights({ path: 'tinker://null/sampler_weights/0', version: 1 }, never);
    return inference;
  }),
  ours('SGLang', selfHosted('sglang')),
  ours('vLLM', selfHosted('vllm')),
];

/** The client alone, without the process that it would look for. */
function embedded({ port }: NullServer): InferenceService {
  const token = 'x'.repeat(32);
  const client = createNativeClient({ pid: process.pid, port, token, version: 1, build: 'null' });
  const vocabulary = Array.from({ length: byteTokenizer.vocabSize }, (_, id) => byteTokenizer.decode([id]));
  const session: Pick<EmbeddedSession, 'call' | 'current' | 'close'> = {
    call: (call, signal) => client.model({ ...call, modelId: 'null' }, signal),
    current: () => ({ client, id: 'null', context: 4096, vocabulary }),
    close: () => {
      client.close();
      return Promise.resolve();
    },
  };
  const whole = { ...session, ensureRunning: nothing, open: nothing, isOpen: () => true };
  return createEmbeddedInference(whole, { dataDir: '/nonexistent', modelName: 'null', random: Math.random });
}

const nothing = () => Promise.resolve();

function repliesOf(count: number): Readonly<Record<string, FixedReply>> {
  const tokens = Array.from({ length: count }, (_, at) => 32 + (at % 95));
  const logprobs = tokens.map((token, at) => -(((token * 7919 + at * 104729) % 9973) / 2000));
  const proto = sampleToProto({
    sequences: [{ stopReason: 'length', tokens, logprobs }],
    promptLogprobs: null,
    topkPromptLogprobs: null,
  });
  const rows = <T>(row: T): T[] => Array.from({ length: CONCURRENCY }, () => row);
  const text = byteTokenizer.decode(tokens);
  return {
    'GET /v1/models': json({ data: [{ id: 'null' }] }),
    'POST /generate': json({
      text,
      output_ids: tokens,
      meta_info: {
        finish_reason: { type: 'length', length: count },
        output_token_logprobs: tokens.map((token, at) => [logprobs[at], token, null]),
      },
    }),
    'POST /v1/completions': json(completionReply(tokens, logprobs, text)),
    'POST /native/v1/models/null/sample': json({
      weightVersion: 1,
      promptTokens: packRaggedInts(rows(PROMPT)),
      tokens: packRaggedInts(rows(tokens)),
      logprobs: packRaggedFloats(rows(logprobs)),
      texts: rows(text),
      stopReasons: rows('length'),
      failures: [],
    }),
    ...tinkerReplies(proto),
  };
}

function completionReply(tokens: readonly number[], logprobs: readonly number[], text: string): unknown {
  const names = tokens.map((token) => `token_id:${token}`);
  return {
    id: 'cmpl-null',
    object: 'text_completion',
    created: 0,
    model: 'null',
    choices: [
      {
        index: 0,
        text,
        finish_reason: 'length',
        token_ids: tokens,
        logprobs: {
          tokens: names,
          token_logprobs: logprobs,
          text_offset: tokens.map((_, at) => at),
          top_logprobs: names.map((name, at) => ({ [name]: logprobs[at] })),
        },
      },
    ],
    usage: { prompt_tokens: PROMPT.length, completion_tokens: tokens.length, total_tokens: 0 },
  };
}

function tinkerReplies(sample: Uint8Array): Readonly<Record<string, FixedReply>> {
  const done = json({ type: 'unload_model', model_id: 'null' });
  const future = json({ request_id: '1' });
  const paths = {
    'client/config': json({}),
    create_session: json({ type: 'create_session', session_id: 'null' }),
    session_heartbeat: json({ type: 'session_heartbeat' }),
    create_model: future,
    unload_model: future,
    asample: future,
    get_info: json({ model_id: 'null', model_data: { model_name: 'null' } }),
    create_sampling_session: json({ sampling_session_id: 'null' }),
    'retrieve_future#CreateModel': json({ model_id: 'null', type: 'create_model' }),
    'retrieve_future#Sample': { type: 'application/x-protobuf', body: sample },
    retrieve_future: done,
  };
  return Object.fromEntries(Object.entries(paths).map(([path, reply]) => [`POST /api/v1/${path}`, reply]));
}

function json(value: unknown): FixedReply {
  return { type: 'application/json', body: Buffer.from(JSON.stringify(value)) };
}
