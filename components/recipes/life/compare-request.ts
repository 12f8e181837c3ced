import type { EnvironmentView } from '../preview';
import type { ComparedPreviews } from './compared-rows';

export type CompareSide = {
  /** Which of the request's sets of texts. */
  readonly texts: string;
  readonly entry: string;
  readonly overrides: readonly string[];
};

export type ComparePair = { readonly key: string; readonly before: CompareSide; readonly after: CompareSide };

export type CompareRequest = {
  readonly id: number;
  readonly texts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly env: EnvironmentView;
  /** Environment scripts by path: what they set is the same on both sides. */
  readonly scripts: Readonly<Record<string, string>>;
  readonly pairs: readonly ComparePair[];
};

export type CompareQuestion = Omit<CompareRequest, 'id'>;

export type CompareAnswer = {
  readonly id: number;
  readonly key: string;
  readonly compared: ComparedPreviews;
};
