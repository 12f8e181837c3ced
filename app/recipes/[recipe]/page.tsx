import { notFound } from 'next/navigation';
import { evaluatorActions, lifeActions, secretActions, studioActions } from '@/app/_server/studio-actions';
import { loadStudio } from '@/app/_server/recipes';
import { RecipeStudio } from '@/components/recipes/recipe-studio';
import { RecipeView } from '@/lib/api-client/recipe-urls';
import { Refusal } from '@/components/ui/refusal';
import { AppError } from '@/lib/shared/app-error';

export async function generateMetadata({ params }: PageProps<'/recipes/[recipe]'>) {
  return { title: decodeURIComponent((await params).recipe) };
}

export default async function RecipePage({ params, searchParams }: PageProps<'/recipes/[recipe]'>) {
  const view = RecipeView.parse(await searchParams);
  const data = await loadStudio(decodeURIComponent((await params).recipe)).catch((error: unknown) => {
    if (error instanceof AppError) return error;
    throw error;
  });
  if (data instanceof AppError) {
    if (data.code === 'not_found') notFound();
    return <Refusal title="This recipe cannot be read" message={data.message} />;
  }
  return (
    <RecipeStudio
      key={data.recipe}
      data={data}
      view={view}
      actions={studioActions}
      evaluatorActions={evaluatorActions}
      lifeActions={lifeActions}
      secretActions={secretActions}
    />
  );
}
