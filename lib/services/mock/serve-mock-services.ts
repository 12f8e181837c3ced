import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { TrainStepRequest } from '../embedded/native-wire';
import { packRaggedFloats } from '../embedded/packed';
import type { InferenceService } from '../inference-service';
import type { TrainingService } from '../training-service';
import { EncodeBody, ForwardBody, GenerateBody, LabelBody, LoadBody, OpenBody } from './mock-wire';

/** What becomes of one request before it is answered. */
export type Fault = 'none' | 'error' | 'cut' | 'hang';

export type ServeOptions = {
  /** Milliseconds before an answer is sent. */
  readonly latencyMs?: (operation: string) => number;
  /** `error` = HTTP 503, `cut` = the connection is closed without an answer, after the work was done. */
  readonly fault?: (operation: string) => Fault;
  /** The body of every generation, as it is sent, instead of asking the service. */
  readonly fixedGeneration?: string;
};

export type MockServer = {
  readonly url: string;
  /** What its callers had from it so far. */
  load(): ServiceLoad;
  close(): Promise<void>;
};

export type ServiceLoad = {
  /** Most requests open at once. */
  readonly peak: number;
  /** Milliseconds in which at least one was open. */
  readonly busyMs: number;
  /** Milliseconds from the first generation asked for to the last answer of any kind. */
  readonly spanMs: number;
};

type MockServices = { readonly inference: InferenceService; readonly training: TrainingService };

const NEVER = new AbortController().signal;

/** Serves services on a port of loopback in the protocol of `mock-wire.ts`. */
export async function serveMockServices(
  services: MockServices,
  options: ServeOptions = {},
): Promise<MockServer> {
  const meter = createLoadMeter();
  const server = http.createServer((request, response) => {
    const operation = (request.url ?? '/').slice(1);
    meter.opened(operation);
    response.once('close', () => meter.closed());
    const fault = options.fault?.(operation) ?? 'none';
    const send = (status: number, text: string): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(text);
    };
    const finish = (text: string): void => {
      if (fault === 'hang') return;
      if (fault === 'cut') response.destroy();
      else send(200, text);
    };
    answer(services, { operation, request, options, isFailing: fault === 'error' }).then(
      (text) => {
        if (text === null) send(503, JSON.stringify({ error: { code: 'busy', message: 'try again' } }));
        else delayed(options.latencyMs?.(operation) ?? 0, () => finish(text));
      },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        send(400, JSON.stringify({ error: { code: 'bad_request', message } }));
      },
    );
  });
  // thousands of rollouts may connect within a millisecond
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve));
  const { port } = addressOf(server);
  return {
    url: `http://127.0.0.1:${port}`,
    load: () => meter.load(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function createLoadMeter() {
  let open = 0;
  let peak = 0;
  let busyMs = 0;
  let busySince = 0;
  let first: number | null = null;
  let last = 0;
  return {
    opened: (operation: string): void => {
      const now = performance.now();
      if (operation === 'generate') first ??= now;
      if (first !== null && open === 0) busySince = now;
      open += 1;
      peak = Math.max(peak, open);
    },
    closed: (): void => {
      open -= 1;
      last = performance.now();
      if (first !== null && open === 0) busyMs += last - busySince;
    },
    load: (): ServiceLoad => ({ peak, busyMs, spanMs: first === null ? 0 : last - first }),
  };
}

function addressOf(server: http.Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The mock service has no port.');
  return address;
}

function delayed(ms: number, work: () => void): void {
  if (ms > 0) setTimeout(work, ms);
  else work();
}

type Asked = {
  readonly operation: string;
  readonly request: http.IncomingMessage;
  readonly options: ServeOptions;
  readonly isFailing: boolean;
};

/** The reply as JSON text; null = refused for now, and nothing was done. */
async function answer(services: MockServices, asked: Asked): Promise<string | null> {
  const { operation, request, options, isFailing } = asked;
  const { fixedGeneration } = options;
  if (operation === 'generate' && fixedGeneration !== undefined) {
    request.resume();
    return fixedGeneration;
  }
  const body = await json(request);
  return isFailing ? null : JSON.stringify(await perform(services, operation, body));
}

async function perform({ inference, training }: MockServices, operation: string, body: unknown) {
  switch (operation) {
    case 'generate':
      return inference.generate(GenerateBody.parse(body), NEVER);
    case 'encode': {
      const { texts, appendEnd } = EncodeBody.parse(body);
      return { rows: await inference.encode(texts, { appendEnd }, NEVER) };
    }
    case 'open': {
      await training.open({ ...OpenBody.parse(body), tuning: { kind: 'full' } }, NEVER);
      return { ok: true };
    }
    case 'forward': {
      const { batch, model } = ForwardBody.parse(body);
      return { rows: packRaggedFloats(await training.forward(batch, model, NEVER)) };
    }
    case 'train':
      return { metrics: await training.trainStep(TrainStepRequest.parse(body), NEVER) };
    case 'publish':
      return training.publishWeights(LabelBody.parse(body).label, NEVER);
    case 'save':
      return training.saveState(LabelBody.parse(body).label, NEVER);
    case 'load':
      await training.loadState({ ...LoadBody.parse(body), bytes: 0 }, NEVER);
      return { ok: true };
    default:
      throw new Error(`There is no operation ${operation}.`);
  }
}
