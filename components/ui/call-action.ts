import type { ActionError } from '@/lib/shared/app-error';
import { err, type Result } from '@/lib/shared/result';

/** Calls a server action; a server that does not answer, or fails, is a refusal like any other instead of a lost page. */
export async function callAction<Input, Value>(
  action: (input: Input) => Promise<Result<Value, ActionError>>,
  input: Input,
): Promise<Result<Value, ActionError>> {
  try {
    return await action(input);
  } catch (error) {
    const isOffline = error instanceof TypeError;
    return err({
      code: 'unavailable',
      message: isOffline
        ? 'Galley does not answer. Is it still running? Start it again with npm start; nothing you typed is lost.'
        : 'Galley failed at this. The terminal that runs it has the reason; nothing you typed is lost.',
    });
  }
}
