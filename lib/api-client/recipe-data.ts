import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { type DataPlan, DataProfile } from '@/lib/domain/data-profile';
import { ApiError, request, withQuery } from './request';

/** How often a page asks again while files are being read. */
const POLL_MS = 700;
/** Parts are small: the server in front of the API keeps a whole request in memory. */
const PART_BYTES = 4 * 1024 * 1024;

const Answer = z.object({ progress: z.number(), isComplete: z.boolean(), profile: DataProfile.nullable() });
const Uploaded = z.object({
  isComplete: z.boolean(),
  named: z.string().optional(),
  rows: z.number().optional(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).optional(),
});
const Refused = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** What is in a variant's data files: from their beginning at once, from all of them when they are read. */
export const dataProfileQuery = (plan: DataPlan) =>
  queryOptions({
    queryKey: ['recipes', 'data', plan] as const,
    queryFn: ({ signal }) =>
      request(withQuery('/api/recipes/data', { plan: JSON.stringify(plan) }), Answer, { signal }),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data !== undefined && !state.data.isComplete ? POLL_MS : false),
  });

export type NewData = {
  /** As a recipe names it: `data/train.parquet`. */
  readonly named: string;
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
};

/** Sends a JSONL or CSV file in parts; the server makes Parquet of it. Rejects with `ApiError`. */
export async function uploadData(
  file: File,
  recipe: string,
  onProgress: (share: number) => void,
): Promise<NewData> {
  const id = crypto.randomUUID();
  for (let offset = 0; ; offset += PART_BYTES) {
    const part = file.slice(offset, offset + PART_BYTES);
    const isLast = offset + PART_BYTES >= file.size;
    const url = withQuery('/api/recipes/data', { recipe, name: file.name, id, offset, isLast });
    const uploaded = await send(url, part);
    onProgress(Math.min(1, (offset + part.size) / Math.max(1, file.size)));
    const { named, rows, columns } = uploaded;
    if (named !== undefined && rows !== undefined && columns !== undefined) return { named, rows, columns };
    if (isLast) {
      throw new ApiError(
        { status: 200, code: 'unexpected_answer' },
        'The upload ended without an answer; try again.',
      );
    }
  }
}

async function send(url: string, part: Blob): Promise<z.infer<typeof Uploaded>> {
  const response = await fetch(url, { method: 'POST', body: part }).catch((cause: unknown) => {
    throw new ApiError(
      { status: 0, code: 'unreachable' },
      'Galley does not answer. Is `npm start` still running?',
      { cause },
    );
  });
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return Uploaded.parse(body);
  const refused = Refused.safeParse(body);
  throw new ApiError(
    { status: response.status, code: refused.success ? refused.data.error.code : 'failed' },
    refused.success ? refused.data.error.message : `Galley answered with status ${response.status}.`,
  );
}
