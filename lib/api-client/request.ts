import { z } from 'zod';
import { explainIssues } from '@/lib/shared/explain-issues';

const Refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** A refusal by the server, or no answer at all (`status` 0). The message is fit for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(
    what: { readonly status: number; readonly code: string },
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ApiError';
    this.status = what.status;
    this.code = what.code;
  }
}

/** GETs JSON and parses it; rejects with `ApiError`, or with the signal's reason when aborted. */
export async function request<T>(
  url: string,
  schema: z.ZodType<T>,
  { signal }: { readonly signal: AbortSignal },
): Promise<T> {
  const response = await fetch(url, { signal, headers: { accept: 'application/json' } }).catch(
    (cause: unknown) => {
      if (signal.aborted) throw cause;
      throw new ApiError(
        { status: 0, code: 'unreachable' },
        'Galley does not answer. Is `npm start` still running? Runs go on without it.',
        { cause },
      );
    },
  );
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusal(response.status, body);
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    throw new ApiError(
      { status: response.status, code: 'unexpected_answer' },
      `Galley answered ${url.split('?')[0] ?? url} in a form that this page does not know; reload the page. ${explainIssues(parsed.error)}`,
    );
  }
  return parsed.data;
}

function refusal(status: number, body: unknown): ApiError {
  const parsed = Refusal.safeParse(body);
  if (parsed.success)
    return new ApiError({ status, code: parsed.data.error.code }, parsed.data.error.message);
  return new ApiError(
    { status, code: 'failed' },
    `Galley answered with status ${status}; its terminal says more.`,
  );
}

/** Leaves out what is absent, so that equal questions have equal addresses. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | boolean | null | undefined>>,
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}
