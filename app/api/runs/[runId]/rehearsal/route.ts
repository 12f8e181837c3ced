import { apiHandler, runIdOf } from '@/app/_server/api-handler';
import { readEnv } from '@/lib/env';
import { readCertificate } from '@/lib/rehearsal/certificate-file';

export const GET = apiHandler(async ({ stores: { runStore }, params }) => {
  const id = runIdOf({ params });
  const { rehearsal = null } = await runStore.snapshot(id);
  const certificate = rehearsal === null ? null : await readCertificate(readEnv().dataDir, id);
  return { rehearsal, certificate };
});
