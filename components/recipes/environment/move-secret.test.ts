import { expect, test } from 'vitest';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { err, ok } from '@/lib/shared/result';
import { moveSecret } from './move-secret';
import type { SecretActions } from './secret-actions';

const TEXT = 'judge_api_key: hunter2-hunter2 # of the judge\n';
const found = (start: number): Diagnostic => ({
  code: 'literal-secret',
  severity: 'error',
  message: '',
  path: 'judge_api_key',
  range: { file: 'r/v.yaml', start, end: start + 15 },
});

function store(taken: readonly string[]) {
  const stored: Record<string, string> = {};
  const actions: SecretActions = {
    store: ({ name, value }) => {
      if (taken.includes(name)) return Promise.resolve(err({ code: 'conflict', message: 'taken' }));
      stored[name] = value;
      return Promise.resolve(ok(null));
    },
    unset: () => Promise.reject(new Error('not needed')),
  };
  return { stored, actions };
}

test('the value goes to the store, the text names it, and the rest of the line stays', async () => {
  const { stored, actions } = store([]);
  expect(await moveSecret(found(15), TEXT, actions)).toEqual(
    ok({ name: 'JUDGE_API_KEY', text: 'judge_api_key: "${oc.env:JUDGE_API_KEY}" # of the judge\n' }),
  );
  expect(stored).toEqual({ JUDGE_API_KEY: 'hunter2-hunter2' });
});

test('a name that holds another value is left alone', async () => {
  const { stored, actions } = store(['JUDGE_API_KEY']);
  const moved = await moveSecret(found(15), TEXT, actions);
  expect(moved).toMatchObject({ ok: true, value: { name: 'JUDGE_API_KEY_2' } });
  expect(stored).toEqual({ JUDGE_API_KEY_2: 'hunter2-hunter2' });
});

test('a text that has changed meanwhile is not touched, and nothing is stored', async () => {
  const { stored, actions } = store([]);
  expect((await moveSecret(found(3), TEXT, actions)).ok).toBe(false);
  expect(stored).toEqual({});
});
