import { EXIT, type ExitCode } from '../exit-code';
import type { CommandContext } from '../session';

/** Opening the store brings it up to date. `npm start` calls this before it serves. */
export async function migrateCommand(context: CommandContext): Promise<ExitCode> {
  const session = await context.open();
  await session.close();
  return EXIT.done;
}
