import { compose, type ComposeInput } from '@/lib/recipes/compose';
import type { Preview } from './preview';
import { resolvedRows } from './resolved-rows';

export function composePreview(
  variant: { readonly name: string; readonly entry: string },
  input: Omit<ComposeInput, 'entry'>,
): Preview {
  const start = performance.now();
  const composed = compose({ ...input, entry: variant.entry });
  return {
    variant: variant.name,
    rows: composed.resolved === null ? null : resolvedRows(composed.resolved, composed.provenance),
    diagnostics: composed.diagnostics,
    milliseconds: performance.now() - start,
  };
}
