import type { Backend } from '@/lib/domain/run';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { ensureRunning } from '@/lib/services/embedded/ensure-running';
import { openServices, type ServiceContext, type Services } from '@/lib/services/open-services';
import { openSelfHosted } from '@/lib/services/self-hosted/open-self-hosted';
import { openTinker } from '@/lib/services/tinker/open-tinker';
import { openWeaver } from '@/lib/services/weaver/open-weaver';
import { AppError } from '@/lib/shared/app-error';

/** Where the embedded service answers now, and the secret that only its own machine knows. */
export type EmbeddedAddress = { readonly baseUrl: string; readonly token: string };

type Opener = (
  config: RecipeConfig,
  address: EmbeddedAddress,
  context: ServiceContext,
) => Services | Promise<Services>;

/** Opens a rehearsed configuration's services by the client that the real service gets; one entry per protocol. */
const OPENERS: Readonly<Partial<Record<Backend, Opener>>> = {
  tinker: (config, { baseUrl, token }, { root, onMessage }) =>
    openTinker(config, {
      root,
      address: { baseUrl, apiKey: `tml-${token}` },
      ...(onMessage === undefined ? {} : { onMessage }),
    }),
  weaver: (config, { baseUrl, token }, { root, onMessage }) =>
    openWeaver(config, {
      root,
      address: { baseUrl: `${baseUrl}/weaver`, apiKey: `sk-${token}` },
      ...(onMessage === undefined ? {} : { onMessage }),
    }),
  self_hosted: (config, address, context) =>
    openSelfHosted(atEmbedded(config, address, context), {
      root: context.root,
      modelName: `run-${context.runId}`,
      ...(context.onMessage === undefined ? {} : { onMessage: context.onMessage }),
    }),
};

/** Addresses, secret and folders that are known only now. */
function atEmbedded(
  config: RecipeConfig,
  { baseUrl, token }: EmbeddedAddress,
  { runId }: ServiceContext,
): RecipeConfig {
  const { inference_service: inference, train_service: training } = config.service;
  const secret = `tml-${token}`;
  const folder = `rehearsals/run-${runId}`;
  return {
    ...config,
    trainer: {
      ...config.trainer,
      sync_weight_path: `${folder}/weights`,
      checkpoint_path: `${folder}/states`,
    },
    service: {
      ...config.service,
      // a server of its own: rehearsals at the same time have weights of their own
      inference_service: { ...inference, base_url: `${baseUrl}/servers/run-${runId}`, api_key: secret },
      train_service: Object.fromEntries(
        Object.entries(training).map(([name, service]) => [
          name,
          { ...service, url: baseUrl, api_key: secret },
        ]),
      ),
    },
  };
}

/** The services of a rehearsal, at the embedded service, which is started when it does not run. */
export async function openRehearsal(
  backend: Backend,
  config: RecipeConfig,
  context: ServiceContext,
): Promise<Services> {
  // its own protocol is no stand-in
  if (backend === 'embedded') return openServices(config, context);
  const open = OPENERS[backend];
  if (open === undefined) {
    throw new AppError(
      'unavailable',
      `${backend} cannot be rehearsed: the embedded service does not speak it.`,
    );
  }
  const client = await ensureRunning(context, AbortSignal.timeout(START_TIMEOUT_MS));
  const { port, token } = client.record;
  client.close();
  return open(config, { baseUrl: `http://127.0.0.1:${port}`, token }, context);
}

const START_TIMEOUT_MS = 60_000;
