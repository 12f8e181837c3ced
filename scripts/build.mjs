// npm run build: everything that npm start would build, without serving it.
import { prepare } from './prepare.mjs';
import { runScript } from './progress.mjs';

await runScript(() => prepare({ install: !process.argv.includes('--no-install') }));
