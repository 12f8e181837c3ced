// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Toaster } from 'sonner';
import { afterEach, expect, test, vi } from 'vitest';
import { recipeHistoryQuery, versionTextQuery } from '@/lib/api-client/recipe-history';
import type { RecipeVersion } from '@/lib/domain/recipe-version';
import { HistoryPane } from './history-pane';

afterEach(cleanup);

const FILE = 'spell/tinker.yaml';
const VERSION: RecipeVersion = {
  id: '1700000000000-0badcafe',
  time: '2026-11-22T10:00:00.000Z',
  kind: 'saved',
  message: null,
  name: null,
  files: [{ path: 'tinker.yaml', from: null, content: 'text' }],
};

function open(text: string) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(recipeHistoryQuery('spell', 'now').queryKey, [VERSION]);
  client.setQueryData(versionTextQuery('spell', VERSION.id, 'tinker.yaml').queryKey, 'a: 1\n');
  const onRestore = vi.fn();
  render(
    <QueryClientProvider client={client}>
      <Toaster />
      <HistoryPane
        recipe="spell"
        stamp="now"
        file={FILE}
        text={text}
        unsaved={0}
        onSave={() => Promise.resolve(true)}
        onRestore={onRestore}
        onOpen={vi.fn()}
        name={() => Promise.reject(new Error('not needed'))}
        restoreRecipe={() => Promise.reject(new Error('not needed'))}
      />
    </QueryClientProvider>,
  );
  return onRestore;
}

test('a version comes back as a draft, and the way back is offered', async () => {
  const onRestore = open('a: 2\n');
  await userEvent.click(screen.getByRole('button', { name: 'Restore as a draft' }));
  // the message captures the pointer, which this environment does not know
  fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
  expect(onRestore.mock.calls).toEqual([
    [FILE, 'a: 1\n'],
    [FILE, 'a: 2\n'],
  ]);
});

test('a version does not take a secret in clear away', async () => {
  const onRestore = open('api_key: hunter2-8f3k2j\n');
  await userEvent.click(screen.getByRole('button', { name: 'Restore as a draft' }));
  expect(await screen.findByText(/has a secret in clear/)).toBeTruthy();
  expect(onRestore).not.toHaveBeenCalled();
});
