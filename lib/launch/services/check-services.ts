import type { Backend } from '@/lib/domain/run';
import { backendOf } from '@/lib/recipes/recipe-config';
import type { PreflightCheck } from '../launch';
import { checkSelfHosted } from './check-self-hosted';
import { checkTinker } from './check-tinker';
import type { ServiceFacts } from './service-facts';

/** How the services of a backend are looked at before a launch; one entry per protocol. */
const CHECKS: Readonly<
  Partial<Record<Backend, (facts: ServiceFacts) => Promise<readonly PreflightCheck[]>>>
> = {
  tinker: checkTinker,
  self_hosted: checkSelfHosted,
};

/** Services reachable, model served, tokenizer agrees: as far as one can ask without cost. */
export async function checkServices(facts: ServiceFacts): Promise<readonly PreflightCheck[]> {
  if (facts.config.service.inference_service.backend === 'mock') return [];
  return (await CHECKS[backendOf(facts.config)]?.(facts)) ?? [];
}
