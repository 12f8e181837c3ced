import type { LanguageAnswers, LanguageQuestions, LanguageTopic } from '@/lib/recipes/language/answer';
import type { DataPlan } from '@/lib/domain/data-profile';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import type { VariantEnvironment } from '@/lib/recipes/environment/compose-variant';
import type { PassedCheck } from '@/lib/recipes/validate';
import type { PackedRows } from './packed-rows';
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
  /** What it says of its data; null while a composition error stands, or when it names no files. */
  readonly dataPlan: DataPlan | null;
  /** Its script, and the variables that it reads. */
  readonly environment: VariantEnvironment;
  readonly milliseconds: number;
};

/** A preview with the texts that its places are in. */
export type PlacedPreview = Preview & { readonly texts: PreviewSubject['texts'] };

/** What the worker composes and answers from. */
export type PreviewSubject = {
  readonly recipe: string;
  /** Layers, scripts and code, as they stand in the editor. */
  readonly texts: Readonly<Record<string, string>>;
  /** Every file of the recipe. */
  readonly paths: readonly string[];
  readonly env: EnvironmentView;
  /** Scripts of all recipes, as they lie on disk; a text of the same path stands before them. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Values given for this look alone. */
  readonly previewValues: Readonly<Record<string, string>>;
  readonly overrides: readonly string[];
  /** The one in view first; overrides apply to it alone. */
  readonly variants: readonly { readonly name: string; readonly entry: string }[];
};

/** The worker keeps its subject; a keystroke sends the one text that it changed. */
export type PreviewRequest =
  | {
      readonly kind: 'change';
      readonly id: number;
      readonly subject: Partial<Omit<PreviewSubject, 'texts'>>;
      /** null = the file is gone. */
      readonly texts: Readonly<Record<string, string | null>>;
    }
  | { readonly kind: 'ask'; readonly question: AskedQuestion };

/** A question with its topic; the answer comes back through the port that travels with it. */
export type AskedQuestion<Topic extends LanguageTopic = LanguageTopic> = {
  readonly topic: Topic;
  readonly about: LanguageQuestions[Topic];
};

export type PreviewAnswer = {
  readonly id: number;
  readonly preview: Omit<Preview, 'rows'> & { readonly rows: PackedRows | null };
};

/** Asks the worker about the texts as they stand in the editor now. */
export type AskLanguage = <Topic extends LanguageTopic>(
  topic: Topic,
  about: LanguageQuestions[Topic],
) => Promise<LanguageAnswers[Topic]>;
