import type { LanguageFacts } from './language-facts';
import { valueAt } from './value-text';

/** The backend that the variant in view runs on; every server that is none of the named ones is self-hosted. */
export function backendName({ composed, entry }: LanguageFacts): string | null {
  const value = valueAt(composed?.resolved, ['service', 'inference_service', 'backend']);
  const written = value?.kind === 'string' ? value.value : null;
  const name = entry?.slice(entry.lastIndexOf('/') + 1) ?? '';
  const named = ['embedded', 'tinker', 'weaver', 'self_hosted'];
  if (written === null) return named.find((backend) => name.startsWith(backend)) ?? null;
  return named.includes(written) ? written : 'self_hosted';
}
