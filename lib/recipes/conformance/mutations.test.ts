import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { listVariants } from '@/lib/recipes/list-variants';
import { runMutations } from './mutations';

// a sample; npm run soak -- mutations runs ten thousand
vi.setConfig({ testTimeout: 120_000 });

const FILES = Object.fromEntries(
  readdirSync('recipes', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => [file, readFileSync(path.join('recipes', file), 'utf8')]),
);

test('damaged layers end in values or in a reason, within a second', () => {
  const outcome = runMutations({ files: FILES, entries: listVariants(FILES), count: 400, seed: 1 });
  expect(outcome.failures).toEqual([]);
  // damage that never hurts, or always does, would show nothing
  expect(outcome.composed).toBeGreaterThan(20);
  expect(outcome.composed).toBeLessThan(380);
});
