import { compose, type Composed, type ComposeInput } from '@/lib/recipes/compose';
import { configDiagnostics } from '@/lib/recipes/config-diagnostics';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { plainValue } from '@/lib/recipes/plain-value';
import { RecipeConfig } from '@/lib/recipes/recipe-config';
import type { Preview } from './preview';
import { resolvedRows } from './resolved-rows';

/** Composes one variant and checks what comes out, exactly as the checks before a launch do. */
export function composePreview(
  variant: { readonly name: string; readonly entry: string },
  input: Omit<ComposeInput, 'entry'>,
): Preview {
  const start = performance.now();
  const composed = compose({ ...input, entry: variant.entry });
  return {
    variant: variant.name,
    rows: composed.resolved === null ? null : resolvedRows(composed.resolved, composed.provenance),
    diagnostics: [...composed.diagnostics, ...schemaDiagnostics(composed)],
    milliseconds: performance.now() - start,
  };
}

/** A value that could not be resolved has been reported already; what the schema says of it would be noise. */
function schemaDiagnostics({ resolved, provenance, diagnostics }: Composed): readonly Diagnostic[] {
  if (resolved === null) return [];
  const parsed = RecipeConfig.safeParse(plainValue(resolved));
  if (parsed.success) return [];
  const reported = new Set(diagnostics.map(({ path }) => path));
  return configDiagnostics(parsed.error, provenance).filter(({ path }) => !reported.has(path));
}
