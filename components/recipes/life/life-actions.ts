import type { ActionError } from '@/lib/shared/app-error';
import type { Result } from '@/lib/shared/result';
import type { RecipeTemplate } from './recipe-template';

type Action<Input, Value = unknown> = (input: Input) => Promise<Result<Value, ActionError>>;
type Move = { readonly from: string; readonly to: string };
type Entry = { readonly path: string };
export type Deletion = { readonly id: string; readonly path: string };

/** What the pages ask the server to do with recipes as files and folders. */
export type LifeActions = {
  readonly createFile: Action<Entry>;
  readonly createFolder: Action<Entry>;
  readonly rename: Action<Move>;
  readonly duplicate: Action<Move>;
  readonly remove: Action<Entry, Deletion>;
  readonly restore: Action<{ readonly id: string }>;
  readonly restoreVersion: Action<
    { readonly recipe: string; readonly id: string },
    { readonly undo: string | null; readonly count: number }
  >;
  readonly nameVersion: Action<{ readonly recipe: string; readonly id: string; readonly name: string }>;
};

export type RecipeListActions = Pick<LifeActions, 'remove' | 'restore'> & {
  readonly create: Action<{ readonly name: string; readonly template: RecipeTemplate }>;
  readonly rename: Action<Move>;
  readonly duplicate: Action<Move>;
  readonly importZip: Action<FormData, { readonly name: string; readonly leftOut: readonly string[] }>;
};
