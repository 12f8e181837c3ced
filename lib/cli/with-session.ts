import type { CommandContext, Session } from './session';

/** Opens the store for one command and closes it whatever becomes of it. */
export async function withSession<T>(
  context: CommandContext,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await context.open();
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
