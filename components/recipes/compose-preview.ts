import type { Composed } from '@/lib/recipes/compose';
import {
  type ComposedVariant,
  composeVariant,
  type VariantInput,
} from '@/lib/recipes/environment/compose-variant';
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
    diagnostics: [...composed.diagnostics, ...checked.diagnostics],
    passed: checked.passed,
    dataPlan: composed.resolved === null ? null : dataPlanOf(plainValue(composed.resolved), entry),
    environment,
    milliseconds: performance.now() - start,
  };
  return { composed, env, preview };
}
