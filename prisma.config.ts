import { defineConfig } from 'prisma/config';

// No datasource URL: Galley opens its database through a driver adapter and applies migrations itself (lib/db).
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
});
