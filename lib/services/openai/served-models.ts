import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';
import { BYTES_TOKENIZER } from '@/lib/tokenizers/byte-vocabulary';
import type { Tokenizer } from '@/lib/tokenizers/tokenizer';
import type { ServiceHealth } from '../inference-service';
import { ServiceError } from '../service-error';
import type { EndpointPool } from './endpoint-pool';
import { ModelsReply } from './wire/openai-wire';

/** What the servers say that they serve. */
export type ServedModels = {
  /** That of the embedded model where it is served, else the recipe's. */
  tokenizer(signal: AbortSignal): Promise<Tokenizer>;
  /** Never rejects but with the signal's reason. */
  health(signal: AbortSignal): Promise<ServiceHealth>;
};

const TIMEOUT_MS = 30_000;

const listModels = {
  operation: 'models',
  method: 'GET',
  path: '/v1/models',
  schema: ModelsReply,
  timeoutMs: TIMEOUT_MS,
} as const;

type Card = ModelsReply['data'][number];

export function createServedModels(
  pool: EndpointPool,
  {
    model,
    loadTokenizer,
  }: { readonly model: string | null; readonly loadTokenizer: () => Promise<Tokenizer> },
): ServedModels {
  let known: Promise<Tokenizer> | null = null;

  async function find(signal: AbortSignal): Promise<Tokenizer> {
    const place = { operation: 'models', prefix: null, signal };
    const { data } = await pool.call(({ requester }, each) => requester.send(listModels, each), place);
    const card = cardOf(data, model);
    return card?.tokenizer === BYTES_TOKENIZER ? byteTokenizer : await loadTokenizer();
  }

  return {
    async tokenizer(signal) {
      known ??= find(signal);
      try {
        return await known;
      } catch (error) {
        known = null;
        throw error;
      }
    },
    async health(signal) {
      const looks = await Promise.all(
        pool.endpoints.map(async ({ address, requester }) => {
          try {
            return { address, cards: (await requester.send(listModels, signal)).data, problem: null };
          } catch (error) {
            if (error instanceof ServiceError) return { address, cards: null, problem: error.message };
            throw error;
          }
        }),
      );
      const problems = looks.flatMap(({ problem }) => (problem === null ? [] : [problem]));
      const answers = looks.flatMap(({ address, cards }) => (cards === null ? [] : [{ address, cards }]));
      const [first] = answers;
      if (first === undefined) return { ok: false, detail: problems.join('; ') };
      const lacking = answers.find(({ cards }) => cardOf(cards, model) === null);
      if (lacking !== undefined)
        return { ok: false, detail: notServed(lacking.address, model, lacking.cards) };
      const detail = [`${answers.length} of ${looks.length} servers answer`, ...problems].join('; ');
      return { ok: true, model: model ?? first.cards[0]?.id ?? '', detail };
    },
  };
}

function cardOf(cards: readonly Card[], model: string | null): Card | null {
  if (model === null) return cards[0] ?? null;
  return cards.find(({ id, root }) => id === model || root === model) ?? null;
}

function notServed(address: string, model: string | null, cards: readonly Card[]): string {
  const names = cards.map(({ id }) => id).join(', ');
  return `${address} does not serve ${model ?? 'any model'}; it serves ${names === '' ? 'nothing' : names}. Set service.inference_service.model to the served name.`;
}
