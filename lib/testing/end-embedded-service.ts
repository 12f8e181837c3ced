import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Kills the embedded service of a data folder, if there is one. */
export async function endEmbeddedService(dataDir: string): Promise<void> {
  const record = await readFile(path.join(dataDir, 'embedded', 'service.json'), 'utf8').catch(() => '');
  const pid = /"pid":\s*(\d+)/.exec(record)?.[1];
  if (pid !== undefined) process.kill(Number(pid), 'SIGKILL');
}
