import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { keysMarkdown } from './keys-markdown';

test('docs/recipes/keys.md says what the schema says (npm run docs writes it)', async () => {
  const options = await resolveConfig('docs/recipes/keys.md');
  const text = await format(keysMarkdown(), { ...options, parser: 'markdown' });
  await expect(text).toMatchFileSnapshot('../../../docs/recipes/keys.md');
});
