import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Certificate } from '@/lib/domain/rehearsal';
import type { RunId } from '@/lib/domain/run';

function certificateFile(dataDir: string, id: RunId): string {
  return path.join(dataDir, 'runs', String(id), 'certificate.json');
}

/** At once, so that it is there when the run's end is. */
export function writeCertificate(dataDir: string, id: RunId, certificate: Certificate): void {
  const file = certificateFile(dataDir, id);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(certificate, null, 2)}\n`);
}

/** Null while there is none: the rehearsal is not over, or its process was killed. */
export async function readCertificate(dataDir: string, id: RunId): Promise<Certificate | null> {
  const text = await readFile(certificateFile(dataDir, id), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return Certificate.parse(JSON.parse(text));
  } catch {
    // half written by a process that was killed, or somebody else's
    return null;
  }
}
