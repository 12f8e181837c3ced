import { EXIT, type ExitCode } from '../exit-code';
import type { CommandContext } from '../session';
import { withSession } from '../with-session';

/** Opening the store brings it up to date. `npm start` calls this before it serves. */
export async function migrateCommand(context: CommandContext): Promise<ExitCode> {
  return withSession(context, () => Promise.resolve(EXIT.done));
}
