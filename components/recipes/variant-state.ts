import type { Diagnostic } from '@/lib/recipes/diagnostic';

/** What is known of a variant before it is launched. */
export type VariantState =
  | { readonly kind: 'composes' }
  /** Only variables of the environment are missing: the recipe itself is sound. */
  | { readonly kind: 'needs'; readonly names: readonly string[] }
  | { readonly kind: 'warnings'; readonly count: number }
  | { readonly kind: 'problems'; readonly count: number };

const MISSING_VARIABLE = /environment variable (\S+) is not set/;
const PLACEHOLDER = /^(\w+) still has its placeholder/;

export function variantState(diagnostics: readonly Diagnostic[]): VariantState {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const missing = errors.map(missingVariable);
  const names = [...new Set(missing.filter((name) => name !== undefined))];
  if (errors.length > 0 && missing.every((name) => name !== undefined)) return { kind: 'needs', names };
  if (errors.length > 0) return { kind: 'problems', count: errors.length };
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length;
  return warnings > 0 ? { kind: 'warnings', count: warnings } : { kind: 'composes' };
}

/** Of a preview, if there is one yet. */
export function stateOf(preview: { readonly diagnostics: readonly Diagnostic[] } | undefined) {
  return preview === undefined ? undefined : variantState(preview.diagnostics);
}

/** The variable whose absence, or whose placeholder in the script, a diagnostic reports. */
export function missingVariable({ code, message }: Diagnostic): string | undefined {
  if (code === 'env-placeholder') return PLACEHOLDER.exec(message)?.[1] ?? 'its environment script';
  return code === 'env_unset' ? MISSING_VARIABLE.exec(message)?.[1] : undefined;
}

export function variantStateText(state: VariantState): string {
  switch (state.kind) {
    case 'composes':
      return 'composes';
    case 'needs':
      return needsText(state.names);
    case 'warnings':
      return count(state.count, 'warning');
    case 'problems':
      return count(state.count, 'problem');
  }
}

/** The first name says what kind of thing is missing; the problems list the rest. */
function needsText([first = '', ...rest]: readonly string[]): string {
  return rest.length === 0 ? `needs ${first}` : `needs ${first} and ${rest.length} more`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
