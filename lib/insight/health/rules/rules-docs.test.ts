import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readEnv } from '@/lib/env';
import { RULES } from './all-rules';

test('docs/health.md has a row for every rule, and none for others', () => {
  const page = readFileSync(`${readEnv().root}/docs/health.md`, 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const told = rows.map(([, id, , severity, when]) => [id, severity, when]);
  expect(told).toEqual(RULES.map(({ id, severity, when }) => [`\`${id}\``, severity, when]));
});
