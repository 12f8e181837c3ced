import type { Backend } from '@/lib/domain/run';
import type { LanguageFacts } from './language-facts';
import { valueAt } from './value-text';

const NAMED = ['embedded', 'tinker', 'weaver', 'self_hosted'] as const satisfies readonly Backend[];

/** The backend that the variant in view runs on; every server that is none of the named ones is self-hosted. */
export function backendName({ composed, entry }: LanguageFacts): Backend | null {
  const value = valueAt(composed?.resolved, ['service', 'inference_service', 'backend']);
  if (value?.kind === 'string') return NAMED.find((backend) => backend === value.value) ?? 'self_hosted';
  const name = entry?.slice(entry.lastIndexOf('/') + 1) ?? '';
  return NAMED.find((backend) => name.startsWith(backend)) ?? null;
}
