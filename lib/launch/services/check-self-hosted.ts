import { z } from 'zod';
import { AppError } from '@/lib/shared/app-error';
import { loadTokenizer } from '@/lib/tokenizers/load-tokenizer';
import { tokenizerOf } from '@/lib/recipes/tokenizer-of';
import { dataFolders } from '../check-data';
import type { PreflightCheck } from '../launch';
import { askService } from './probe';
import { refusal, type ServiceFacts, silence, withSecrets } from './service-facts';

const Models = z.object({ data: z.array(z.object({ id: z.string() })) });
const Tokens = z.object({ tokens: z.array(z.number()) });
const Server = z.object({ base_url: z.string().nullish(), api_key: z.string().nullish() });
const Trainer = z.object({
  url: z.string().nullish(),
  api_key: z.string().nullish(),
  backend: z.string(),
});
/** See docs/protocols/train-service.md. */
const TRAINING_HEALTH = '/train/v1/health';

const INFERENCE = { id: 'inference', title: 'Inference server', path: 'service.inference_service.base_url' };
const TOKENIZER = { id: 'tokenizer', title: 'Tokenizer', path: 'data.tokenizer_path' };
const SAMPLES = ['The quick brown fox.', ' 12345 + 6789 = ?\n', 'Größe, naïve, 東京 🙂'];

/** Do both servers answer, is the model served, and does the server cut text as the recipe's tokenizer does? */
export async function checkSelfHosted(facts: ServiceFacts): Promise<readonly PreflightCheck[]> {
  const [inference, training] = await Promise.all([checkInference(facts), checkTraining(facts)]);
  return [...inference, ...training];
}

async function checkInference(facts: ServiceFacts): Promise<readonly PreflightCheck[]> {
  const server = Server.safeParse(withSecrets(facts, ['service', 'inference_service'])).data;
  const baseUrl = (server?.base_url ?? '').replace(/\/v1\/?$/, '');
  if (!URL.canParse(baseUrl)) {
    const detail = `service.inference_service.base_url is ${JSON.stringify(baseUrl)}, no address. Set it to one like http://host:30000.`;
    return [{ ...INFERENCE, status: 'failed', detail }];
  }
  const service = `The server at ${new URL(baseUrl).host}`;
  const place = { service, baseUrl, headers: bearer(server?.api_key) };
  const answer = await askService({ ...place, path: '/v1/models' });
  if (answer.kind === 'refused') return [refusal(INFERENCE, service, answer)];
  if (answer.kind === 'silent') return [silence(INFERENCE, answer)];
  const served = Models.safeParse(answer.value).data?.data.map(({ id }) => id) ?? [];
  return checkModel(facts, place, served);
}

function bearer(key: string | null | undefined): Readonly<Record<string, string>> {
  return key === undefined || key === null || key === '' ? {} : { authorization: `Bearer ${key}` };
}

async function checkModel(
  facts: ServiceFacts,
  place: Place,
  served: readonly string[],
): Promise<readonly PreflightCheck[]> {
  const model = facts.config.service.inference_service.model ?? '';
  const name = served.find((id) => id === model) ?? served.find((id) => basename(id) === basename(model));
  if (name === undefined) {
    const detail = `${place.service} serves ${served.join(', ') || 'no model'}, and service.inference_service.model is ${model}.`;
    return [{ ...INFERENCE, path: 'service.inference_service.model', status: 'failed', detail }];
  }
  const detail = `${place.service} answers and serves ${name}.`;
  return [{ ...INFERENCE, status: 'passed', detail }, await checkTokenizer(facts, place, name)];
}

function basename(model: string): string {
  return model.split('/').at(-1) ?? model;
}

type Place = {
  readonly service: string;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
};

async function checkTokenizer(
  { env, entry, config }: ServiceFacts,
  place: Place,
  model: string,
): Promise<PreflightCheck> {
  const { tokenizer: named, tokenizerKey } = tokenizerOf(config);
  const about = { ...TOKENIZER, path: tokenizerKey };
  if (named === null) return { ...about, status: 'warning', detail: 'The recipe names no tokenizer.' };
  try {
    const places = { baseDirs: dataFolders(env, entry), hubCache: env.hubCache, setting: tokenizerKey };
    const own = await loadTokenizer(named, places);
    for (const prompt of SAMPLES) {
      const body = { model, prompt, add_special_tokens: false };
      const answer = await askService({ ...place, path: '/tokenize', body });
      const tokens = answer.kind === 'answer' ? Tokens.safeParse(answer.value).data?.tokens : undefined;
      if (tokens === undefined) {
        const detail = `${place.service} does not say how it cuts text, so whether ${named} is its tokenizer is not known.`;
        return { ...about, status: 'note', detail };
      }
      if (tokens.join() === own.encode(prompt).join()) continue;
      const detail = `${place.service} cuts ${JSON.stringify(prompt)} into other tokens than ${named} does. Name the tokenizer of the model that is served.`;
      return { ...about, status: 'failed', detail };
    }
    return {
      ...about,
      status: 'passed',
      detail: `${place.service} and ${named} cut ${SAMPLES.length} texts alike.`,
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...about, status: 'warning', detail: error.message };
  }
}

async function checkTraining(facts: ServiceFacts): Promise<readonly PreflightCheck[]> {
  const services = Object.entries(facts.config.service.train_service);
  return Promise.all(
    services.map(async ([name]): Promise<PreflightCheck> => {
      const about = {
        id: `training ${name}`,
        title: 'Training service',
        path: `service.train_service.${name}.url`,
      };
      const trainer = Trainer.safeParse(withSecrets(facts, ['service', 'train_service', name])).data;
      const url = trainer?.url ?? '';
      if (trainer?.backend !== 'http') {
        return {
          ...about,
          status: 'note',
          detail: `${name} is ${trainer?.backend ?? 'unknown'}; it is not asked before the run.`,
        };
      }
      if (!URL.canParse(url)) {
        return { ...about, status: 'failed', detail: `${about.path} is ${JSON.stringify(url)}, no address.` };
      }
      const service = `The training service at ${new URL(url).host}`;
      const place = { service, baseUrl: url.replace(/\/$/, ''), headers: bearer(trainer.api_key) };
      const answer = await askService({ ...place, path: TRAINING_HEALTH });
      if (answer.kind === 'silent') return silence(about, answer);
      if (answer.kind === 'refused') return refusal(about, service, answer);
      return { ...about, status: 'passed', detail: `${service} answers.` };
    }),
  );
}
