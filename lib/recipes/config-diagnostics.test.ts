import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Provenance } from '@/lib/recipes/compose';
import { configDiagnostics, findProvenance } from './config-diagnostics';

const place = (start: number): Provenance => ({
  source: { file: 'a/common.yaml', start, end: start + 3 },
  beaten: [],
  chain: [],
});
const provenance = new Map([
  ['data.batch_size', place(10)],
  ['data.data_files[0]', place(20)],
  ['data.data_files[1]', place(30)],
]);

test('a schema error carries the config path and the place that set the value', () => {
  const schema = z.object({ data: z.object({ data_files: z.array(z.string()) }) });
  const { error } = schema.safeParse({ data: { data_files: ['a', 3] } });
  const [diagnostic, ...more] = error === undefined ? [] : configDiagnostics(error.issues, provenance);
  expect(more).toEqual([]);
  expect(diagnostic).toMatchObject({
    severity: 'error',
    path: 'data.data_files[1]',
    range: { file: 'a/common.yaml', start: 30, end: 33 },
  });
  expect(diagnostic?.message).toMatch(/^data\.data_files\[1\]: /);
});

test('a section has the place of its first leaf, a missing key that of its section', () => {
  expect(findProvenance(provenance, 'data.data_files')).toEqual(place(20));
  expect(findProvenance(provenance, 'data.absent.deeper')).toEqual(place(10));
  expect(findProvenance(provenance, 'trainer')).toBeUndefined();
});

test('a key whose name only begins alike is another key', () => {
  expect(findProvenance(new Map([['data_x.y', place(1)]]), 'data')).toBeUndefined();
});
