// Writes prisma/generated from prisma/schema.prisma, only when the schema or Prisma's version has changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const stampFile = `${root}prisma/generated/.stamp`;
const stamp = createHash('sha256')
  .update(readFileSync(`${root}prisma/schema.prisma`))
  .update(require('prisma/package.json').version)
  .digest('hex');

const fresh = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
if (!fresh || process.argv.includes('--force')) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`${root}node_modules/prisma/build/index.js`, 'generate', '--no-hints'],
    {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        // `generate` never runs the schema engine but would download it; any existing executable satisfies it.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      },
    },
  );
  if (status !== 0) {
    console.error(`Could not generate the Prisma client:\n${stdout}${stderr}`);
    process.exit(1);
  }
  writeFileSync(stampFile, stamp);
}
