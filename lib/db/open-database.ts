import { PrismaClient } from '@/prisma/generated/client';
import { galleyAdapter, refusing } from './galley-adapter';

/** The store's connection of one process. Only stores look inside. */
export type Database = ReturnType<typeof createClient>;

/**
 * Opens the store at a `file:` URL, making its folder and an empty file where there is none.
 * Rejects with `AppError('storage')` that names the file. Close it with `$disconnect()`.
 */
export async function openDatabase({ url }: { readonly url: string }): Promise<Database> {
  const database = createClient(url);
  // Connecting is lazy; a first read shows a damaged file here and not in the middle of something.
  await database.$queryRaw`SELECT count(*) FROM sqlite_master`;
  return database;
}

function createClient(url: string) {
  return new PrismaClient({ adapter: galleyAdapter(url), errorFormat: 'minimal' }).$extends({
    query: { $allOperations: ({ args, query }) => refusing(() => query(args)) },
  });
}
