import 'server-only';
import { z } from 'zod';
import { toWire } from '@/lib/api-client/wire';
import { RunId } from '@/lib/domain/run';
import { AppError } from '@/lib/shared/app-error';
import { explainIssues } from '@/lib/shared/explain-issues';
import { stores, type Stores } from './stores';

type RouteParams = Readonly<Record<string, string | readonly string[] | undefined>>;

export type ApiCall = StorelessCall & { readonly stores: Stores };

type StorelessCall = {
  readonly params: RouteParams;
  readonly query: Readonly<Record<string, string>>;
  readonly request: Request;
};

type RouteHandler = (request: Request, context: { params: Promise<RouteParams> }) => Promise<Response>;

/** The one way from a GET to an answer: a value becomes JSON, a foreseen refusal its status, anything else is a bug. */
export function apiHandler(handle: (call: ApiCall) => unknown): RouteHandler {
  return storelessHandler(async (call) => handle({ ...call, stores: await stores() }));
}

/** The same for what needs no store: recipes stay readable when the store is not. */
export function storelessHandler(handle: (call: StorelessCall) => unknown): RouteHandler {
  return async (request, context) => {
    try {
      const query = Object.fromEntries(new URL(request.url).searchParams);
      const answer = await handle({ params: await context.params, query, request });
      return answer instanceof Response ? answer : json(200, toWire(answer));
    } catch (error) {
      if (error instanceof AppError) return refuse(error.httpStatus, error);
      console.error(error);
      return refuse(500, {
        code: 'failed',
        message:
          'Galley could not answer because of a fault of its own; the terminal that runs it has the whole story.',
      });
    }
  };
}

function refuse(
  status: number,
  { code, message }: { readonly code: string; readonly message: string },
): Response {
  return json(status, { error: { code, message } });
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store' } });
}

/** What the URL says, checked; refuses with `AppError('invalid_input')`. */
export function parseCall<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_input', `The address is not understood. ${explainIssues(parsed.error)}`);
}

export function runIdOf({ params }: Pick<ApiCall, 'params'>): RunId {
  return parseCall(z.object({ runId: RunId }), params).runId;
}
