import type { VariantEnvironment } from '@/lib/recipes/environment/compose-variant';
import type { PreflightCheck } from './launch';

/** Every secret that the variant reads is there; nothing to say of one that reads none. */
export function checkSecrets({ variables }: VariantEnvironment): readonly PreflightCheck[] {
  const secrets = variables.filter(({ isSecret }) => isSecret);
  if (secrets.length === 0) return [];
  const named = (wanted: readonly string[]): readonly string[] =>
    secrets.flatMap(({ name, state }) => (wanted.includes(state) ? [name] : []));
  const missing = named(['missing']);
  const check = { id: 'secrets', title: 'Secrets', path: null };
  if (missing.length > 0) {
    const detail = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set. Store with galley secrets set ${missing[0] ?? ''}, or set it in the environment.`;
    return [{ ...check, status: 'failed', detail }];
  }
  const pending = named(['pending']);
  const there = named(['secret', 'set', 'preview']);
  const detail = [
    there.length === 0 ? null : `${there.join(', ')} ${there.length === 1 ? 'is' : 'are'} set.`,
    pending.length === 0 ? null : `${pending.join(', ')} comes from the environment script.`,
  ]
    .filter((part) => part !== null)
    .join(' ');
  return [{ ...check, status: pending.length > 0 ? 'note' : 'passed', detail }];
}
