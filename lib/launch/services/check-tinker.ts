import { z } from 'zod';
import { TINKER_URL } from '@/lib/services/tinker/open-tinker';
import { CapabilitiesReply } from '@/lib/services/tinker/wire/replies';
import type { PreflightCheck } from '../launch';
import { askService } from './probe';
import { refusal, type ServiceFacts, silence, withSecrets } from './service-facts';

const Account = z.object({ base_url: z.string().nullish(), api_key: z.string().nullish() });
const ABOUT = { id: 'services', title: 'Services', path: 'service.tinker_service.base_url' } as const;

/** Does Tinker answer with this key, and does it serve the base model? Nothing is created, so nothing costs. */
export async function checkTinker(facts: ServiceFacts): Promise<readonly PreflightCheck[]> {
  const { config, variables } = facts;
  const account = Account.safeParse(withSecrets(facts, ['service', 'tinker_service'])).data;
  const key = variables.values['TINKER_API_KEY'] ?? account?.api_key ?? '';
  const baseUrl = variables.values['TINKER_BASE_URL'] ?? account?.base_url ?? TINKER_URL;
  const service = `Tinker at ${hostOf(baseUrl)}`;
  const probe = { service, baseUrl, headers: { 'x-api-key': key }, path: '/api/v1/get_server_capabilities' };
  const answer = await askService(probe);
  if (answer.kind === 'refused') return [refusal(ABOUT, service, answer)];
  if (answer.kind === 'silent') return [silence(ABOUT, answer)];
  const served = CapabilitiesReply.safeParse(answer.value);
  if (!served.success) return [refusal(ABOUT, service, { status: 200 })];
  return [modelCheck(service, config.service.inference_service.model ?? '', served.data)];
}

function modelCheck(
  service: string,
  model: string,
  { supported_models: models }: z.infer<typeof CapabilitiesReply>,
): PreflightCheck {
  const names = models.flatMap(({ model_name: name }) => name ?? []);
  if (names.includes(model)) {
    const detail = `${service} answers and serves ${model}. It tells the tokenizer of an open model only, so whether data.tokenizer_path is that one is not known before the run.`;
    return { ...ABOUT, status: 'note', detail };
  }
  const path = 'service.inference_service.model';
  const some = names.slice(0, 8).join(', ');
  const detail = `${service} does not serve ${model}. It serves ${some}${names.length > 8 ? ' and others' : ''}.`;
  return { ...ABOUT, path, status: 'failed', detail };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
