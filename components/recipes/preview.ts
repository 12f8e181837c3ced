import type { Diagnostic } from '@/lib/recipes/diagnostic';
import type { PassedCheck } from '@/lib/recipes/validate';
import type { ResolvedRow } from './resolved-rows';

export type EnvironmentView = Readonly<Record<string, string | { readonly secret: true }>>;

/** What one variant comes to, as the page shows it. */
export type Preview = {
  readonly variant: string;
  /** Every value in document order; null while a composition error stands. */
  readonly rows: readonly ResolvedRow[] | null;
  readonly diagnostics: readonly Diagnostic[];
  /** Rules that were asked and hold. */
  readonly passed: readonly PassedCheck[];
  readonly milliseconds: number;
};

export type PreviewRequest = {
  readonly id: number;
  readonly files: Readonly<Record<string, string>>;
  readonly env: EnvironmentView;
  readonly overrides: readonly string[];
  /** The one in view first; overrides apply to it alone. */
  readonly variants: readonly { readonly name: string; readonly entry: string }[];
};

export type PreviewAnswer = { readonly id: number; readonly preview: Preview };
