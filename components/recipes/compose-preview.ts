import { compose, type ComposeInput } from '@/lib/recipes/compose';
import { checkRecipe } from '@/lib/recipes/validate';
import type { Preview } from './preview';
import { resolvedRows } from './resolved-rows';

/** Composes one variant and checks what comes out, exactly as the checks before a launch do. */
export function composePreview(
  variant: { readonly name: string; readonly entry: string },
  input: Omit<ComposeInput, 'entry'>,
): Preview {
  const start = performance.now();
  const composed = compose({ ...input, entry: variant.entry });
  const checked = checkRecipe(composed, { entry: variant.entry, files: input.files });
  return {
    variant: variant.name,
    rows: composed.resolved === null ? null : resolvedRows(composed.resolved, composed.provenance),
    diagnostics: [...composed.diagnostics, ...checked.diagnostics],
    passed: checked.passed,
    milliseconds: performance.now() - start,
  };
}
