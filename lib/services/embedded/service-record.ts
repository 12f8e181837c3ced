import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** How to reach the running embedded service of a data folder. Holds its token: the file is readable by its owner only. */
export const ServiceRecord = z.object({
  pid: z.number().int().positive(),
  port: z.number().int().positive(),
  token: z.string().min(16),
  version: z.number().int(),
  build: z.string(),
});
export type ServiceRecord = z.infer<typeof ServiceRecord>;

export function serviceFolder(dataDir: string): string {
  return path.join(dataDir, 'embedded');
}

export function serviceRecordPath(dataDir: string): string {
  return path.join(serviceFolder(dataDir), 'service.json');
}

export function serviceLogPath(dataDir: string): string {
  return path.join(dataDir, 'logs', 'embedded.log');
}

/** What the file says; null when there is none or it is not one of ours. The service it names may be dead. */
export async function readServiceRecord(file: string): Promise<ServiceRecord | null> {
  try {
    const parsed = ServiceRecord.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
