// npm start: from a clone to a dashboard.
import { parseArgs } from 'node:util';
import { migrate, prepare } from './prepare.mjs';
import { runScript, seconds } from './progress.mjs';
import { serve } from './serve.mjs';
import { readPort } from './read-port.mjs';

await runScript(async () => {
  const began = performance.now();
  const { values } = parseArgs({
    options: {
      'no-install': { type: 'boolean', default: false },
      /** Serves what was built before, whatever has changed since. */
      'no-build': { type: 'boolean', default: false },
      port: { type: 'string', short: 'p' },
    },
  });
  const port = readPort(values.port);
  console.log('Galley');
  if (!values['no-build']) await prepare({ install: !values['no-install'] });
  await migrate();
  const code = await serve({
    port,
    onReady: (url) =>
      console.log(
        `\n  Ready in ${seconds(began)}:  ${url}\n  Ctrl-C ends the pages; runs go on (npx galley stop --all ends them).\n`,
      ),
  });
  console.log('  The web process has ended. Runs go on.');
  return code;
});
// Next keeps timers of its own.
process.exit();
