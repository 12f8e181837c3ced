import { expect, test } from 'vitest';
import { compose } from '@/lib/recipes/compose';
import { plainValue } from '@/lib/recipes/plain-value';
import { fillSecrets } from './fill-secrets';
import { maskSecrets } from './mask-secrets';

test('of secrets that begin alike no part is left, and what a run fills in is the text again', () => {
  const secrets = [
    { name: 'SHORT', value: 'hunter' },
    { name: 'LONG', value: 'hunter-and-more' },
  ];
  const header = 'Bearer hunter-and-more hunter';
  const composed = compose({ files: { 'r/v.yaml': `header: ${header}\n` }, entry: 'r/v.yaml', env: {} });
  const { resolved } = maskSecrets(composed, secrets);
  const shown = plainValue(resolved ?? { kind: 'null' });
  expect(JSON.stringify(shown)).not.toContain('and-more');
  const valueOf = (name: string) => secrets.find((secret) => secret.name === name)?.value ?? '';
  expect(fillSecrets(shown, valueOf)).toEqual({ header });
});
