import { FolderOpenIcon } from 'lucide-react';
import Link from 'next/link';
import { Card } from '@/components/ui/card';
import { EmptyState } from '@/components/ui/empty-state';
import type { Run } from '@/lib/domain/run';
import { LayerChip } from './layer-chip';
import { layerOf, variantTitle } from './layer-of';
import { FollowFolder } from './life/follow-folder';
import type { RecipeListActions } from './life/life-actions';
import { RecipeListTools, RecipeMenu } from './life/recipe-list-tools';
import { recipeHref } from '@/lib/api-client/recipe-urls';
import { StateMark } from './state-mark';
import { timeAgo } from './time-ago';
import { type VariantState, variantStateText } from './variant-state';

export type RecipeListItem = {
  readonly name: string;
  readonly title: string;
  readonly summary: string | null;
  readonly variants: readonly { readonly name: string; readonly state: VariantState }[];
  readonly lastRun: Run | null;
};

export function RecipeList({
  recipes,
  stamp,
  now,
  actions,
}: {
  recipes: readonly RecipeListItem[];
  /** State of the recipes folder when they were read. */
  stamp: string;
  now: string;
  actions: RecipeListActions;
}) {
  if (recipes.length === 0) {
    return (
      <div className="mx-auto w-full max-w-5xl px-4 py-5">
        <FollowFolder stamp={stamp} />
        <div className="flex">
          <RecipeListTools actions={actions} />
        </div>
        <EmptyState title="No recipes yet" icon={<FolderOpenIcon aria-hidden />}>
          A recipe is a folder of layered YAML in the recipes folder. Make one with a{' '}
          <code className="font-mono text-sm">common.yaml</code> and a variant such as{' '}
          <code className="font-mono text-sm">embedded.yaml</code>, or take a template.
        </EmptyState>
      </div>
    );
  }
  return (
    <div className="mx-auto w-full max-w-5xl px-4 py-5">
      <FollowFolder stamp={stamp} />
      <div className="mb-3 flex flex-wrap items-baseline gap-2">
        <h1 className="text-xl font-semibold">Recipes</h1>
        <span className="text-muted">{recipes.length}</span>
        <RecipeListTools actions={actions} />
      </div>
      <ul className="grid gap-3 md:grid-cols-2">
        {recipes.map((recipe) => (
          <li key={recipe.name} className="min-w-0">
            <RecipeCard recipe={recipe} now={now} actions={actions} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function RecipeCard({
  recipe,
  now,
  actions,
}: {
  recipe: RecipeListItem;
  now: string;
  actions: RecipeListActions;
}) {
  return (
    <Card className="relative flex h-full flex-col gap-2 p-4 transition-colors duration-100 has-[h2>a:hover]:border-line-strong">
      <RecipeMenu name={recipe.name} actions={actions} />
      <div className="pr-8">
        <h2 className="text-lg font-semibold">
          {/* The whole card leads to the recipe; chips and runs lie above this link. */}
          <Link href={recipeHref(recipe.name)} className="after:absolute after:inset-0 after:rounded-card">
            {recipe.title}
          </Link>
        </h2>
        <p className="font-mono text-sm text-muted">{recipe.name}</p>
      </div>
      {recipe.summary === null ? null : <p className="line-clamp-3">{recipe.summary}</p>}
      <VariantChips recipe={recipe} />
      <LastRun run={recipe.lastRun} now={now} />
    </Card>
  );
}

function VariantChips({ recipe }: { recipe: RecipeListItem }) {
  if (recipe.variants.length === 0) return <p className="text-muted">Layers that other recipes build upon</p>;
  return (
    <ul className="mt-auto flex flex-col gap-1 pt-1">
      {recipe.variants.map(({ name, state }) => (
        <li key={name}>
          <Link
            href={recipeHref(recipe.name, { variant: name })}
            className="relative -mx-1.5 flex items-center gap-2 rounded-button px-1.5 py-1 hover:bg-hover"
          >
            <LayerChip {...layerOf(name)} label={`Variant ${variantTitle(name)}`} />
            <span className="font-medium whitespace-nowrap">{variantTitle(name)}</span>
            <span className="ml-auto flex min-w-0 items-center gap-1.5 text-muted">
              <StateMark state={state} />
              <span className="truncate text-sm" title={variantStateText(state)}>
                {variantStateText(state)}
              </span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function LastRun({ run, now }: { run: Run | null; now: string }) {
  return (
    <p className="relative w-fit border-t border-transparent pt-1 text-sm text-muted">
      {run === null ? (
        'never run'
      ) : (
        <Link href={`/runs/${run.id}`} className="hover:text-ink hover:underline">
          run {run.id} · {variantTitle(run.variant)} · {run.status} at step {run.step} of {run.totalSteps} ·{' '}
          {timeAgo(run.createdAt, now)}
        </Link>
      )}
    </p>
  );
}
