import { expect, test } from 'vitest';
import { readEnv, recipeEnvironment } from './env';

test.each([
  'TINKER_API_KEY',
  'HF_TOKEN',
  'AWS_SECRET_ACCESS_KEY',
  'PGPASSWORD',
  'MYSQL_PWD',
  'GITHUB_PAT',
  'OPENAIKEY',
  'db_password',
])('the value of %s stays out of what recipes see', (name) => {
  expect(recipeEnvironment({ [name]: 'hunter2' })).toEqual({ [name]: { secret: true } });
});

test('a password inside an address stays out too', () => {
  const seen = recipeEnvironment({ DATABASE_URL: 'postgres://me:hunter2@db/runs', PROXY: 'http://u:p@h:1' });
  expect(seen).toEqual({ DATABASE_URL: { secret: true }, PROXY: { secret: true } });
});

test.each([
  ['PWD', '/home/me'],
  ['MAX_TOKENS', '512'],
  ['TOKENIZER_PATH', '/models/a'],
  ['KEYBOARD', 'de'],
  ['API_HOST', 'http://127.0.0.1:8000/v1'],
  ['GIT_REMOTE', 'ssh://git@host/path'],
])('%s is no secret', (name, value) => {
  expect(recipeEnvironment({ [name]: value })).toEqual({ [name]: value });
});

test('an environment that is wrong is refused with all that is wrong', () => {
  const wrong = { PORT: 'many', GALLEY_DATA_DIR: '' };
  expect(() => readEnv(wrong)).toThrow(/PORT/);
  expect(() => readEnv(wrong)).toThrow(/GALLEY_DATA_DIR/);
});
