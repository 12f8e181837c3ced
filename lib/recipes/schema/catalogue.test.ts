import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { compose } from '@/lib/recipes/compose';
import { listVariants } from '@/lib/recipes/list-variants';
import { plainValue } from '@/lib/recipes/plain-value';
import { isMap } from '../config-view';
import { migrateLegacy } from '../migrate-legacy';
import { factsOf, keyFacts, nodeOf } from './catalogue';

test('a key is known by its path, whatever name or index stands in it', () => {
  expect(factsOf('data.batch_size')).toMatchObject({
    path: 'data.batch_size',
    type: 'whole number',
    default: '32',
    range: '≥ 1',
    unit: 'prompts',
    isReadByRun: true,
  });
  expect(factsOf('service.train_service.student.config.learning_rate')?.path).toBe(
    'service.train_service.*.config.learning_rate',
  );
  expect(factsOf('trainer.teachers[1].base_model')?.path).toBe('trainer.teachers.*.base_model');
  expect(factsOf('data.batchsize')).toBeNull();
  expect(factsOf('data.batch_size.more')).toBeNull();
});

test('types, allowed values and defaults read as people write YAML', () => {
  expect(factsOf('data.data_files')).toMatchObject({ type: 'text or list of text', isRequired: true });
  expect(factsOf('weight.sync_mode')).toMatchObject({
    allowed: ['sync', 'batch-async', 'fully-async'],
    isOpen: false,
    default: '"sync"',
  });
  expect(factsOf('service.inference_service.base_url')).toMatchObject({
    type: 'text',
    isReadByRun: false,
    appliesTo: { backends: ['self_hosted'] },
  });
  expect(factsOf('trainer.warm_start.until_exact')).toMatchObject({ range: '0 to 1', isGalleys: true });
  expect(factsOf('trainer.type')).toMatchObject({ isOpen: true });
  expect(factsOf('service')).toMatchObject({ kind: 'section', type: 'section' });
});

test('facts of keys that share a type are kept apart', () => {
  expect(factsOf('rollout_worker.num_workers')?.meaning).not.toBe(
    factsOf('trainer.total_train_steps')?.meaning,
  );
});

test('every key has one sentence and knows who reads it, or why nobody does', () => {
  const facts = keyFacts();
  expect(facts.length).toBeGreaterThan(220);
  for (const key of facts) {
    expect(key.meaning, key.path).toMatch(/^[A-Z].*\.$/);
    if (key.readers.length === 0) expect(key.noEffect, key.path).not.toEqual([]);
  }
  expect(new Set(facts.map((key) => key.path)).size).toBe(facts.length);
});

test('every key of the recipes that ship is known', () => {
  const files = Object.fromEntries(
    readdirSync('recipes', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => [file, readFileSync(path.join('recipes', file), 'utf8')]),
  );
  const env = new Proxy<Record<string, string>>({}, { get: () => '/x', has: () => true });
  const unknown = listVariants(files).flatMap((entry) => {
    const { resolved } = compose({ files, entry, env });
    return resolved === null
      ? []
      : unknownIn(migrateLegacy(plainValue(resolved)).config).map((key) => `${entry}: ${key}`);
  });
  expect(unknown).toEqual([]);
});

function unknownIn(value: unknown, at = ''): readonly string[] {
  if (!isMap(value)) return [];
  const node = nodeOf(at);
  if (node?.holds !== 'map') return node === null ? [at] : [];
  return Object.entries(value).flatMap(([key, child]) => unknownIn(child, at === '' ? key : `${at}.${key}`));
}
