import type { RecipeConfig } from './recipe-config';

/** Where a distilling recipe names its embedded teacher; null for every other trainer. */
export function teacherCheckpoint({
  trainer,
  service,
}: RecipeConfig): { readonly path: string; readonly checkpoint: string | null } | null {
  if (trainer.type === 'remote_api_opd') {
    return { path: 'trainer.teachers[0].checkpoint', checkpoint: trainer.teachers?.[0]?.checkpoint ?? null };
  }
  if (trainer.type !== 'self_hosted_opd') return null;
  const services = Object.entries(service.train_service);
  const [name, teacher] = services.find(([, { role }]) => role === 'teacher') ?? [];
  return {
    path: `service.train_service.${name ?? 'teacher'}.model_path`,
    checkpoint: teacher?.model_path ?? null,
  };
}
