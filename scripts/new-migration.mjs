// Writes prisma/migrations/<time>_<name>/migration.sql: what leads from the committed migrations to schema.prisma.
// Usage: npm run db:migrate -- add_run_notes     (--check: exit 1 when the schema has changes without a migration)
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as schemaEngine from '@prisma/schema-engine-wasm/schema_engine_bg';

// The package's main entry imports a .wasm file, which Node 20 cannot: make the instance by hand.
const wasm = readFileSync(
  new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm')),
);
const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': schemaEngine });
schemaEngine.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();

const root = fileURLToPath(new URL('..', import.meta.url));
const baseDir = `${root}prisma/migrations`;
const lockPath = 'migration_lock.toml';
const lockText = 'provider = "sqlite"\n';
const [argument] = process.argv.slice(2);
const checkOnly = argument === '--check';

if (!checkOnly && !/^[a-z][a-z0-9_]*$/.test(argument ?? '')) {
  console.error('Name the migration in snake_case: npm run db:migrate -- add_run_notes');
  process.exit(2);
}

function committedMigrations() {
  if (!existsSync(baseDir)) return [];
  return readdirSync(baseDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(`${baseDir}/${name}/migration.sql`, 'utf8') },
      },
    }));
}

/** The engine sends a whole migration to `executeRaw`, where libSQL runs its first statement only. */
function scratchDatabases(factory) {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: () => factory.connect(),
    connectToShadowDb: async () => {
      const database = await factory.connectToShadowDb();
      database.executeRaw = async ({ sql }) => {
        await database.executeScript(sql);
        return 0;
      };
      return database;
    },
  };
}

const schema = { path: 'schema.prisma', content: readFileSync(`${root}prisma/schema.prisma`, 'utf8') };
const engine = await schemaEngine.SchemaEngine.new(
  { datamodels: [[schema.path, schema.content]] },
  () => undefined,
  bindMigrationAwareSqlAdapterFactory(scratchDatabases(new PrismaLibSql({ url: ':memory:' }))),
);
const { stdout } = await engine.diff({
  from: {
    tag: 'migrations',
    baseDir,
    lockfile: { path: lockPath, content: lockText },
    shadowDbInitScript: '',
    migrationDirectories: committedMigrations(),
  },
  to: { tag: 'schemaDatamodel', files: [schema] },
  script: true,
  exitCode: null,
  filters: { externalTables: [], externalEnums: [] },
});

const sql = stdout ?? '';
if (sql.trim() === '' || sql.includes('This is an empty migration')) {
  console.log('The migrations already lead to prisma/schema.prisma; nothing to write.');
} else if (checkOnly) {
  console.error(`prisma/schema.prisma has changes without a migration:\n${sql}`);
  process.exit(1);
} else {
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = `${baseDir}/${time}_${argument}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${baseDir}/${lockPath}`, lockText);
  writeFileSync(`${folder}/migration.sql`, sql.endsWith('\n') ? sql : `${sql}\n`);
  console.log(`Wrote ${folder}/migration.sql: read it before you commit it.`);
  if (sql.includes('DROP TABLE')) {
    console.log(
      'It drops a table to make it anew, and with its rows goes, by cascade, what belongs to them: add columns with ALTER TABLE instead.',
    );
  }
}
