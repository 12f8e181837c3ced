import { jsonReply, type Protocol, type ProtocolReply, type ProtocolRequest } from '@/lib/embedded/protocol';
import type { ModelRegistry } from '@/lib/embedded/model-registry';
import { secretMatches } from '@/lib/embedded/secret-matches';
import * as requests from '@/lib/services/weaver/wire/requests';
import { type BaseModels, createBaseModels, TOKENIZER_ID } from '@/lib/embedded/base-models';
import { createCheckpoints } from '../tinker/checkpoints';
import { openExchange } from '../tinker/exchange';
import { createFutures } from '../tinker/futures';
import { createRunRecords } from '../tinker/run-records';
import { createSamplers } from '../tinker/samplers';
import { createSessions, type Sessions, touchSession } from '../tinker/sessions';
import { asTinkerError, missing, parseBody, TinkerError } from '../tinker/tinker-error';
import { findRoute, type Routes } from './routes';
import { samplingRoutes } from './sampling';
import { trainingRoutes } from './training';
import { weaverError } from './weaver-error';
import { createWeaverOperations } from './weaver-operations';

export type WeaverProtocolOptions = {
  readonly registry: ModelRegistry;
  /** Folder of checkpoints and records. */
  readonly root: string;
  /** What a client shows in `X-WEAVER-API-KEY`. */
  readonly keys: readonly string[];
  /** Names of further base models that the embedded one answers for. */
  readonly standIns: readonly string[];
  readonly processId: string;
  readonly newId: () => string;
  readonly log: (message: string) => void;
  /** How long a look at an operation waits for its end. */
  readonly lookMs?: number;
  /** How long an operation waits for one with a smaller sequence id. */
  readonly gapMs?: number;
};

/** Tinker's API has `/api/v1` for itself: a client's base address ends with `/weaver`. */
export const WEAVER_PREFIX = '/weaver/api/v1';
const LOOK_MS = 1_000;
const GAP_MS = 10_000;

/** Weaver's API, as its SDK nex-weaver speaks it. See docs/backends.md for what is served; the real service was never seen. */
export function createWeaverProtocol(options: WeaverProtocolOptions): Protocol {
  const { registry, root, newId, processId, log, lookMs = LOOK_MS, gapMs = GAP_MS } = options;
  const baseModels = createBaseModels(options.standIns);
  const checkpoints = createCheckpoints(root, () => new Date());
  const records = createRunRecords(root);
  const sessions = createSessions(newId);
  const operations = createWeaverOperations(createFutures({ processId, pollMs: lookMs, log }));
  const samplers = createSamplers({ registry, baseModels, checkpoints, records, newId });
  const routes: Routes = {
    ...sessionRoutes(sessions, baseModels),
    ...trainingRoutes({ registry, baseModels, checkpoints, records, sessions, operations, newId, gapMs }),
    ...samplingRoutes({ sessions, samplers, operations }),
    'GET operations/:id': ({ request }, id) => operations.look(id, request.signal),
  };

  async function answer(request: ProtocolRequest): Promise<ProtocolReply> {
    const key = request.headers['x-weaver-api-key'];
    const given = typeof key === 'string' ? key : undefined;
    if (!options.keys.some((known) => secretMatches(given, known))) {
      throw new TinkerError(
        401,
        'The X-WEAVER-API-KEY is missing or wrong. galley serve-embedded prints the right one when it starts.',
      );
    }
    const exchange = await openExchange(request);
    const found = findRoute(routes, request);
    if (found !== null) return await found.handler(exchange, found.id);
    throw missing(
      `The embedded service has no ${request.method} ${WEAVER_PREFIX}/${request.path.join('/')}.`,
    );
  }

  return {
    prefix: WEAVER_PREFIX,
    async handle(request) {
      try {
        return await answer(request);
      } catch (error) {
        const foreseen = asTinkerError(error);
        if (foreseen === null) throw error;
        return weaverError(foreseen);
      }
    },
    refuse: (refusal) => weaverError(new TinkerError(refusal.httpStatus, refusal.message)),
  };
}

function sessionRoutes(sessions: Sessions, baseModels: BaseModels): Routes {
  const models = (): ProtocolReply =>
    jsonReply(200, {
      items: baseModels.list.map(({ name, shape }) => ({
        name,
        status: 'available',
        config: { context_length: shape.context, resource: { tokenizer: { path: TOKENIZER_ID } } },
      })),
    });
  return {
    'POST sessions': ({ json }) => {
      const { tags } = parseBody(requests.CreateSessionRequest, json);
      return jsonReply(201, { id: sessions.create().id, status: 'active', tags: tags ?? [] });
    },
    'GET sessions/:id': (_, id) => jsonReply(200, { id: sessions.get(id).id, status: 'active' }),
    'POST sessions/:id/heartbeat': (_, id) => {
      touchSession(sessions.get(id));
      return jsonReply(200, { id, status: 'active' });
    },
    'POST sessions/:id/metrics': (_, id) => jsonReply(200, { id: sessions.get(id).id }),
    'GET supported-models': models,
    'GET model-catalog': models,
  };
}
