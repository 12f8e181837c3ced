import { z } from 'zod';
import { parseCall, storelessHandler } from '@/app/_server/api-handler';
import { dataProfile } from '@/app/_server/data-profiles';
import { DataPart, receiveData } from '@/app/_server/receive-data';
import { DataPlan } from '@/lib/domain/data-profile';

const Query = z.object({ plan: z.string().transform(parsePlan).pipe(DataPlan) });

/** What is in the data files that a recipe names, read as a run would read them. */
export const GET = storelessHandler(({ query }) => dataProfile(parseCall(Query, query).plan));

/** One part of a JSONL or CSV file that becomes Parquet in a recipe's data folder; a stream that a server action cannot take. */
export const POST = storelessHandler(({ query, request }) =>
  receiveData(parseCall(DataPart, query), request),
);

function parsePlan(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
