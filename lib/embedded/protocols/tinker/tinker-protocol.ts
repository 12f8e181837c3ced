import type { ModelRegistry } from '@/lib/embedded/model-registry';
import { jsonReply, type Protocol, type ProtocolReply, type ProtocolRequest } from '@/lib/embedded/protocol';
import { secretMatches } from '@/lib/embedded/secret-matches';
import { createBaseModels } from '@/lib/embedded/base-models';
import { createCheckpoints } from './checkpoints';
import { errorReply, openExchange, type Operations } from './exchange';
import { createFutures } from './futures';
import { manage } from './management';
import { handshakeOperations } from './handshake-operations';
import { createRunRecords } from './run-records';
import { createSamplers } from './samplers';
import { samplingOperations } from './sampling-operations';
import { createSessions } from './sessions';
import { asTinkerError, missing, TinkerError } from './tinker-error';
import { trainingOperations } from './training-operations';

export type TinkerProtocolOptions = {
  readonly registry: ModelRegistry;
  /** Folder of checkpoints and records. */
  readonly root: string;
  /** What a client shows in `X-API-Key`; each begins with `tml-`. */
  readonly keys: readonly string[];
  /** Names of further base models that the embedded one answers for. */
  readonly standIns: readonly string[];
  /** Unique to this process. */
  readonly processId: string;
  readonly newId: () => string;
  readonly log: (message: string) => void;
  /** How long a poll for a result waits; the SDK hangs up after 45 s. */
  readonly pollMs?: number;
  /** How long an operation waits for one with a smaller sequence id. */
  readonly gapMs?: number;
};

const POLL_MS = 20_000;
const GAP_MS = 10_000;

/** Tinker's API, as its SDKs 0.7 to 0.25 speak it. See docs/backends.md for what is served, and what has not been seen. */
export function createTinkerProtocol(options: TinkerProtocolOptions): Protocol {
  const { registry, log } = options;
  const baseModels = createBaseModels(options.standIns);
  const checkpoints = createCheckpoints(options.root, () => new Date());
  const records = createRunRecords(options.root);
  const sessions = createSessions(options.newId);
  const { processId, pollMs = POLL_MS, gapMs = GAP_MS } = options;
  const futures = createFutures({ processId, pollMs, log });
  const samplers = createSamplers({ registry, baseModels, checkpoints, records, newId: options.newId });
  const operations: Operations = {
    ...handshakeOperations({ sessions, baseModels }),
    ...trainingOperations({ registry, baseModels, checkpoints, records, sessions, samplers, futures, gapMs }),
    ...samplingOperations({ sessions, samplers, futures }),
  };

  function checkKey(given: string | string[] | undefined): void {
    const key = typeof given === 'string' ? given : undefined;
    if (options.keys.some((known) => secretMatches(key, known))) return;
    throw new TinkerError(
      401,
      'The X-API-Key is missing or wrong. galley serve-embedded prints the right one when it starts.',
    );
  }

  async function answer(request: ProtocolRequest): Promise<ProtocolReply> {
    const route = `${request.method} ${request.path.join('/')}`;
    if (route === 'GET healthz') return jsonReply(200, { status: 'ok' });
    checkKey(request.headers['x-api-key']);
    const exchange = await openExchange(request);
    const operation = operations[route];
    if (operation !== undefined) return await operation(exchange);
    const managed = await manage({ checkpoints, records, sessions }, exchange);
    if (managed !== null) return jsonReply(200, managed.body);
    throw missing(`The embedded service has no ${request.method} /api/v1/${request.path.join('/')}.`);
  }

  return {
    prefix: '/api/v1',
    async handle(request) {
      try {
        return await answer(request);
      } catch (error) {
        const foreseen = asTinkerError(error);
        if (foreseen === null) throw error;
        return errorReply(foreseen);
      }
    },
    refuse: (refusal) => errorReply(new TinkerError(refusal.httpStatus, refusal.message)),
  };
}
