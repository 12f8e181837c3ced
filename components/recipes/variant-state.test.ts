import { expect, test } from 'vitest';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { composePreview } from './compose-preview';
import { variantState } from './variant-state';

const problem = (message: string, severity: Diagnostic['severity'] = 'error'): Diagnostic => ({
  code: 'x',
  severity,
  message,
  path: null,
  range: null,
});
// As composition reports it, not as this test imagines it.
const [MISSING] = composePreview(
  { name: 'embedded', entry: 'a/embedded.yaml' },
  { files: { 'a/embedded.yaml': 'data: ${oc.env:NEXRL_DATA_PATH}\n' }, env: {}, scripts: {} },
).diagnostics;

test('a variant that lacks only variables needs them; anything else is a problem', () => {
  if (MISSING === undefined) throw new Error('a missing variable was not reported');
  expect(variantState([])).toEqual({ kind: 'composes' });
  expect(variantState([MISSING, MISSING])).toEqual({ kind: 'needs', names: ['NEXRL_DATA_PATH'] });
  expect(variantState([MISSING, problem('broken')])).toEqual({ kind: 'problems', count: 2 });
  expect(variantState([problem('odd', 'warning'), problem('by the way', 'info')])).toEqual({
    kind: 'warnings',
    count: 1,
  });
});

test('a placeholder in the environment script is a variable that is needed', () => {
  const { diagnostics } = composePreview(
    { name: 'embedded', entry: 'a/embedded.yaml' },
    {
      files: { 'a/embedded.yaml': 'data: ${oc.env:MODEL_PATH}\nother: ${oc.env:OTHER}\n' },
      env: {},
      scripts: { 'a/embedded.env.sh': 'export MODEL_PATH=/path/to/models\n' },
    },
  );
  const needs = variantState(diagnostics.filter(({ code }) => code.startsWith('env')));
  expect(needs).toMatchObject({ kind: 'needs' });
  expect(needs.kind === 'needs' ? needs.names.toSorted() : []).toEqual(['MODEL_PATH', 'OTHER']);
});
