import { expect, test } from 'vitest';
import { z } from 'zod';
import { AppError } from '@/lib/shared/app-error';
import { asAction } from './as-action';

const Input = z.object({ id: z.number() });

test('a parsed input reaches the function and its value comes back', async () => {
  expect(await asAction(Input, { id: 2 }, ({ id }) => Promise.resolve(id * 2))).toEqual({
    ok: true,
    value: 4,
  });
});

test('an input that does not parse never reaches the function', async () => {
  let calls = 0;
  const outcome = await asAction(Input, { id: 'x' }, () => Promise.resolve((calls += 1)));
  expect(outcome).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
  expect(calls).toBe(0);
});

test('a foreseen refusal is data, anything else is thrown', async () => {
  const refused = asAction(Input, { id: 1 }, () =>
    Promise.reject(new AppError('conflict', 'Changed meanwhile.')),
  );
  expect(await refused).toEqual({ ok: false, error: { code: 'conflict', message: 'Changed meanwhile.' } });
  await expect(asAction(Input, { id: 1 }, () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
});
