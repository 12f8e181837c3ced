import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { RunRehearsal } from '@/lib/domain/rehearsal';
import type { RecipeSnapshot } from './run-store';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

const StoredSnapshot = z.object({
  files: z.record(z.string(), z.string()),
  entry: z.string(),
  overrides: z.array(z.string()),
  // runs of before have none
  script: z.string().nullable().default(null),
  composedYaml: z.string(),
  resolved: z.unknown(),
  rehearsal: RunRehearsal.optional(),
});

export async function packSnapshot(snapshot: RecipeSnapshot): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await compress(JSON.stringify(snapshot)));
}

export async function unpackSnapshot(data: Uint8Array): Promise<RecipeSnapshot> {
  const text = (await decompress(data)).toString('utf8');
  const { resolved, rehearsal, ...rest } = StoredSnapshot.parse(JSON.parse(text));
  return { ...rest, resolved, ...(rehearsal === undefined ? {} : { rehearsal }) };
}
