import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inject, onTestFinished } from 'vitest';
import { type Database, openDatabase } from '@/lib/db/open-database';
import { testFolder } from './test-folder';

export type TestDatabase = { readonly db: Database; readonly url: string; readonly folder: string };

/** A fresh migrated database in a folder of its own, closed and deleted when the test ends. */
export async function testDatabase(): Promise<TestDatabase> {
  const folder = await testFolder();
  const file = path.join(folder, 'galley.db');
  await copyFile(inject('migratedDatabase'), file);
  const url = `file:${file}`;
  const db = await openDatabase({ url });
  onTestFinished(() => db.$disconnect());
  return { db, url, folder };
}

/** For `openRunWriter({ workerUrl })`: tests run from sources, workers from a bundle. */
export function testWriterWorker(): URL {
  return pathToFileURL(inject('writerWorker'));
}
