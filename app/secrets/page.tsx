import type { Metadata } from 'next';
import { secretActions } from '@/app/_server/studio-actions';
import { loadSecrets } from '@/app/_server/secrets';
import { SecretList } from '@/components/recipes/environment/secret-list';
import { Refusal } from '@/components/ui/refusal';
import { AppError } from '@/lib/shared/app-error';

export const metadata: Metadata = { title: 'Secrets' };

export default async function SecretsPage() {
  const loaded = await loadSecrets().catch((error: unknown) => {
    if (error instanceof AppError) return error;
    throw error;
  });
  if (loaded instanceof AppError)
    return <Refusal title="The secret store cannot be used" message={loaded.message} />;
  return <SecretList {...loaded} actions={secretActions} />;
}
