import type { ModelRegistry } from '@/lib/embedded/model-registry';
import { jsonReply, type Protocol, type ProtocolReply, type ProtocolRequest } from '@/lib/embedded/protocol';
import { parseJsonBody } from '@/lib/embedded/read-body';
import { Refusal } from '@/lib/embedded/refusal';
import { secretMatches } from '@/lib/embedded/secret-matches';
import type { Tokenizer } from '@/lib/embedded/tokenizer';
import { chatOperations } from './chat';
import { completionOperations } from './completions';
import { card, healthOperations, modelOperations, sglangControl, vllmControl } from './control';
import { type Exchange, modelNamed, type Operations } from './exchange';
import { generateOperations } from './generate';
import { ParamRefusal, wordOpenAiError } from './openai-error';
import { createServedServers } from './served-models';

export type OpenAiProtocolOptions = {
  readonly registry: ModelRegistry;
  readonly tokenizer: Tokenizer;
  readonly dataDir: string;
  /** What a client shows as its bearer token. */
  readonly keys: readonly string[];
  /** Names of further models that the embedded one answers for. */
  readonly standIns: readonly string[];
};

/** Below it, a further server per name: `/servers/<name>/generate`. */
const SERVERS = 'servers';

/**
 * OpenAI's API, SGLang's own, and what vLLM adds, at the root: mount it last. See docs/backends.md for what is served, and
 * what has not been seen.
 */
export function createOpenAiProtocol(options: OpenAiProtocolOptions): Protocol {
  const servers = createServedServers(options);
  const operations: Operations = {
    ...modelOperations,
    ...completionOperations,
    ...chatOperations,
    ...generateOperations,
    ...sglangControl,
    ...vllmControl,
  };

  function checkKey(given: string | undefined): void {
    if (options.keys.some((known) => secretMatches(given, `Bearer ${known}`))) return;
    throw new Refusal(
      'unauthorized',
      'The API key is missing or wrong. galley serve-embedded prints the right one when it starts.',
    );
  }

  async function answer(request: ProtocolRequest): Promise<ProtocolReply> {
    const { id, path } = placeOf(request.path);
    const route = `${request.method} ${path.join('/')}`;
    const open = async (): Promise<Exchange> => ({
      server: servers.get(id),
      request,
      tokenizer: options.tokenizer,
      body: parseJsonBody(await request.readBody(), request.headers['content-type']),
    });
    const health = healthOperations[route];
    if (health !== undefined) return await health(await open());
    checkKey(request.headers.authorization);
    const operation = operations[route] ?? oneModel(request.method, path);
    if (operation === null)
      throw new Refusal('not_found', `There is no ${request.method} /${path.join('/')} here`);
    return await operation(await open());
  }

  return {
    prefix: '',
    async handle(request) {
      try {
        return await answer(request);
      } catch (error) {
        if (error instanceof ParamRefusal) return wordOpenAiError(error, error.param);
        throw error;
      }
    },
    refuse: wordOpenAiError,
  };
}

function placeOf(path: readonly string[]): { readonly id: string | null; readonly path: readonly string[] } {
  const [first, id, ...rest] = path;
  return first === SERVERS && id !== undefined ? { id, path: rest } : { id: null, path };
}

/** A model's name may have slashes. */
function oneModel(method: string, path: readonly string[]): ((exchange: Exchange) => ProtocolReply) | null {
  const [v1, models, ...name] = path;
  if (method !== 'GET' || v1 !== 'v1' || models !== 'models' || name.length === 0) return null;
  return (exchange) => jsonReply(200, card(modelNamed(name.join('/'), exchange.server), exchange));
}
