import type { Composed } from '@/lib/recipes/compose';
import {
  type ComposedVariant,
  composeVariant,
  type VariantInput,
} from '@/lib/recipes/environment/compose-variant';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { unsetName } from '@/lib/recipes/environment/environment-diagnostics';
import { isSecretVariable } from '@/lib/recipes/environment/secret-names';
import { checkRecipe } from '@/lib/recipes/validate';
import { dataPlanOf } from '@/lib/recipes/data-plan';
import { plainValue } from '@/lib/recipes/plain-value';
import type { Preview } from './preview';
import { resolvedRows } from './resolved-rows';

type Variant = { readonly name: string; readonly entry: string };

/** Composes one variant and checks what comes out, exactly as the checks before a launch do. */
export function composePreview(variant: Variant, input: Omit<VariantInput, 'entry'>): Preview {
  return composeAndPreview(variant, input).preview;
}

/** The same with the composition itself, for those who answer questions about it. */
export function composeAndPreview(
  { name, entry }: Variant,
  input: Omit<VariantInput, 'entry'>,
): {
  readonly composed: Composed;
  readonly env: ComposedVariant['env'];
  readonly preview: Preview;
} {
  const start = performance.now();
  const { composed, environment, env } = composeVariant({ ...input, entry });
  const checked = checkRecipe(composed, { entry, files: input.files });
  const preview = {
    variant: name,
    rows: composed.resolved === null ? null : resolvedRows(composed.resolved, composed.provenance),
    diagnostics: [...composed.diagnostics.map(withWayOut), ...checked.diagnostics],
    passed: checked.passed,
    dataPlan: composed.resolved === null ? null : dataPlanOf(plainValue(composed.resolved), entry),
    environment,
    milliseconds: performance.now() - start,
  };
  return { composed, env, preview };
}

/** In the studio an unset variable can be given a value at once; it is asked for, so there is nothing to edit. */
function withWayOut(diagnostic: Diagnostic): Diagnostic {
  const name = diagnostic.severity === 'error' ? unsetName(diagnostic.message) : null;
  if (name === null || diagnostic.fix !== undefined) return diagnostic;
  const title = isSecretVariable(name) ? 'Store the secret' : 'Set for the preview only';
  return { ...diagnostic, fix: { title, change: { kind: 'ask' } } };
}
