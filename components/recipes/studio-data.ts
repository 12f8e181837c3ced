import type { RecipeEntry } from '@/lib/recipe-files/walk';
import type { EnvironmentView } from './preview';
import type { DiskFile } from './studio-state';

/** What the page of one recipe starts with. */
export type StudioData = {
  readonly recipe: string;
  readonly title: string;
  /** Files and folders of this recipe. */
  readonly entries: readonly RecipeEntry[];
  /** Every layer of the recipes folder, since recipes may share them, and this recipe's README. */
  readonly files: readonly DiskFile[];
  readonly variants: readonly { readonly name: string; readonly entry: string }[];
  /** Scripts of all recipes, and those elsewhere that variants of this one name. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Variables that layers and scripts name; a name without a value is not set. */
  readonly environment: { readonly names: readonly string[]; readonly values: EnvironmentView };
};
