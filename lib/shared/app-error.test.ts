import { expect, test, vi } from 'vitest';
import { AppError } from './app-error';

test('an error of another copy of the module is known as one', async () => {
  vi.resetModules();
  const other = await import('./app-error');
  expect(other.AppError).not.toBe(AppError);
  expect(new other.AppError('not_found', 'gone')).toBeInstanceOf(AppError);
  expect(new Error('broken')).not.toBeInstanceOf(AppError);
});

test('one that extends it is told from the others', () => {
  class Refused extends AppError {}
  expect(new Refused('conflict', 'no')).toBeInstanceOf(Refused);
  expect(new Refused('conflict', 'no')).toBeInstanceOf(AppError);
  expect(new AppError('conflict', 'no')).not.toBeInstanceOf(Refused);
});
