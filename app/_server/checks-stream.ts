import 'server-only';
import type { LaunchRequest } from '@/lib/launch/launch';
import { AppError } from '@/lib/shared/app-error';
import { launcher } from './launcher';

const FAULT =
  'Galley could not make the checks because of a fault of its own; its terminal has the whole story.';

/** Lines of JSON: `{checks}` while they go on, then `{preflight}` or `{error}`. */
export function checksStream(request: LaunchRequest, signal: AbortSignal): Response {
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    start: async (controller) => {
      const say = (line: unknown): void => {
        if (!signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      try {
        const ours = await launcher();
        const { ok, checks, environment, rehearsal } = await ours.preflight(request, (so) =>
          say({ checks: so }),
        );
        say({ preflight: { ok, checks, environment, rehearsal } });
      } catch (error) {
        if (!(error instanceof AppError)) console.error(error);
        say({ error: { message: error instanceof AppError ? error.message : FAULT } });
      }
      if (!signal.aborted) controller.close();
    },
  });
  return new Response(stream, {
    headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store, no-transform' },
  });
}
