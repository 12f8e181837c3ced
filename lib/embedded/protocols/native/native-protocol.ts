import { z } from 'zod';
import { encodeMetricValue } from '@/lib/domain/run-event';
import {
  EncodeRequest,
  ForwardRequest,
  NATIVE_PREFIX,
  NATIVE_VERSION,
  OpenRequest,
  PublishRequest,
  SampleRequestBody,
  ShutdownRequest,
  StateRequest,
  TrainStepRequest,
  type EncodeReply,
  type ForwardReply,
  type HealthReply,
  type OpenReply,
  type SampleReply,
} from '@/lib/services/embedded/native-wire';
import { packRaggedFloats, packRaggedInts } from '@/lib/services/embedded/packed';
import type { HostedModel } from '@/lib/embedded/hosted-model';
import type { ModelRegistry } from '@/lib/embedded/model-registry';
import { jsonReply, type Protocol, type ProtocolRequest, wordRefusal } from '@/lib/embedded/protocol';
import { parseJsonBody } from '@/lib/embedded/read-body';
import { Refusal } from '@/lib/embedded/refusal';
import { secretMatches } from '@/lib/embedded/secret-matches';

export type NativeProtocolOptions = {
  readonly registry: ModelRegistry;
  /** What a client shows as its bearer token. */
  readonly token: string;
  readonly build: string;
  readonly pid: number;
  /** The service is on its way out: open no more. */
  readonly isClosing: () => boolean;
  /** Ends the process soon after the reply. */
  readonly shutdown: () => void;
};

const DONE = { done: true };

/** Galley's own protocol: batches in, batches out, arrays packed. See `lib/services/embedded/native-wire.ts`. */
export function createNativeProtocol(options: NativeProtocolOptions): Protocol {
  const { registry } = options;

  function health(): HealthReply {
    const models = registry
      .list()
      .map((model) => ({ id: model.id, name: model.name, queued: model.queued() }));
    return { version: NATIVE_VERSION, build: options.build, pid: options.pid, models };
  }

  async function open(body: unknown): Promise<z.input<typeof OpenReply>> {
    if (options.isClosing()) throw new Refusal('closing', 'The service is ending: start it again');
    const model = await registry.open(parse(OpenRequest, body));
    return {
      id: model.id,
      weightVersion: model.weightVersion(),
      context: model.shape.context,
      vocabulary: [...model.tokenizer.vocabulary],
    };
  }

  function shutdown(body: unknown): unknown {
    const { force } = parse(ShutdownRequest, body);
    if (!force && !registry.isIdle()) {
      const names = registry.list().map((model) => model.name);
      throw new Refusal(
        'in_use',
        `The service holds models: ${names.join(', ')}. Stop their runs first, or force it.`,
      );
    }
    options.shutdown();
    return DONE;
  }

  async function answer(request: NativeRequest): Promise<unknown> {
    const [first, id, operation, ...rest] = request.path;
    const route = `${request.method} ${first ?? ''}`;
    if (id === undefined) {
      if (route === 'GET health') return health();
      if (route === 'POST models') return await open(request.body);
      if (route === 'POST shutdown') return shutdown(request.body);
    } else if (first === 'models' && rest.length === 0) {
      if (operation !== undefined && request.method === 'POST') {
        return await callModel(registry.get(id), operation, request);
      }
      if (operation === undefined && request.method === 'DELETE') {
        await registry.remove(id);
        return DONE;
      }
    }
    throw notFound(request);
  }

  return {
    prefix: NATIVE_PREFIX,
    async handle(request) {
      if (!secretMatches(request.headers.authorization, `Bearer ${options.token}`)) {
        throw new Refusal('unauthorized', 'The bearer token is missing or wrong');
      }
      const body = parseJsonBody(await request.readBody(), request.headers['content-type']);
      return jsonReply(200, await answer({ ...request, body }));
    },
    refuse: wordRefusal,
  };
}

/** `body` is parsed JSON; null without one. */
type NativeRequest = Pick<ProtocolRequest, 'method' | 'path' | 'signal'> & { readonly body: unknown };

async function callModel(model: HostedModel, operation: string, request: NativeRequest): Promise<unknown> {
  const { body, signal } = request;
  switch (operation) {
    case 'keep-alive':
      return DONE;
    case 'encode':
      return encode(model, body);
    case 'sample':
      return await sample(model, body, signal);
    case 'forward':
      return await forward(model, body, signal);
    case 'train-step':
      return await trainStep(model, body);
    case 'freeze-reference':
      await model.freezeReference();
      return DONE;
    case 'publish':
      return { weightVersion: await model.publish(parse(PublishRequest, body).operationId) };
    case 'save-state':
      return await model.saveState(parse(StateRequest, body).path);
    case 'load-state':
      return { weightVersion: await model.loadState(parse(StateRequest, body).path) };
    default:
      throw notFound(request);
  }
}

function encode(model: HostedModel, body: unknown): z.input<typeof EncodeReply> {
  const { texts, appendEnd } = parse(EncodeRequest, body);
  return { tokens: packRaggedInts(texts.map((text) => model.tokenizer.encode(text, { appendEnd }))) };
}

async function sample(
  model: HostedModel,
  body: unknown,
  signal: AbortSignal,
): Promise<z.input<typeof SampleReply>> {
  const { requests } = parse(SampleRequestBody, body);
  const { weightVersion, outcomes } = await model.complete(requests, signal);
  const values = outcomes.map((outcome) => (outcome.ok ? outcome.value : null));
  return {
    weightVersion,
    promptTokens: packRaggedInts(values.map((value) => value?.promptTokens ?? [])),
    tokens: packRaggedInts(values.map((value) => value?.tokens ?? [])),
    logprobs: packRaggedFloats(values.map((value) => value?.logprobs ?? [])),
    texts: values.map((value) => value?.text ?? ''),
    stopReasons: values.map((value) => value?.stopReason ?? 'error'),
    failures: outcomes.flatMap((outcome, index) =>
      outcome.ok ? [] : [{ index, code: outcome.code, message: outcome.message }],
    ),
  };
}

async function forward(
  model: HostedModel,
  body: unknown,
  signal: AbortSignal,
): Promise<z.input<typeof ForwardReply>> {
  const rows = await model.forward(parse(ForwardRequest, body), signal);
  return { logprobs: packRaggedFloats(rows) };
}

async function trainStep(model: HostedModel, body: unknown): Promise<unknown> {
  // never given up when the client hangs up: it will ask again with the same id
  const metrics = await model.trainStep(parse(TrainStepRequest, body));
  return {
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([name, value]) => [name, encodeMetricValue(value)]),
    ),
  };
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Refusal('invalid_request', `The request is not usable: ${z.prettifyError(parsed.error)}`);
}

function notFound({ method, path }: NativeRequest): Refusal {
  return new Refusal('not_found', `There is no ${method} ${NATIVE_PREFIX}/${path.join('/')}`);
}
