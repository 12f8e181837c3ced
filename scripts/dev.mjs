// npm run dev: the same preparation, then pages with hot reload. Process bundles are built again at each start.
import { parseArgs } from 'node:util';
import { migrate, prepare } from './prepare.mjs';
import { runScript } from './progress.mjs';
import { readPort } from './read-port.mjs';
import { serve } from './serve.mjs';

await runScript(async () => {
  const { values } = parseArgs({
    options: { 'no-install': { type: 'boolean', default: false }, port: { type: 'string', short: 'p' } },
  });
  await prepare({ install: !values['no-install'], web: false });
  await migrate();
  return serve({
    dev: true,
    port: readPort(values.port),
    onReady: (url) => console.log(`\n  ${url}  (hot reload)\n`),
  });
});
process.exit();
