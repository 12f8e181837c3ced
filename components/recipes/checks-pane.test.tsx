// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { ChecksPane } from './checks-pane';

afterEach(cleanup);

function found(index: number, start: number): Diagnostic {
  const range = { file: 'r/a.yaml', start, end: start + 1 };
  const edits = [{ ...range, text: 'x' }];
  return {
    code: 'unknown-key',
    severity: 'warning',
    message: `Key ${index} is unknown.`,
    path: `key_${index}`,
    range,
    fix: { title: `Mend ${index}`, change: { kind: 'edits', edits } },
  };
}

test('of many findings the first are shown, then all; each acts on the text as it is now', async () => {
  const [onJump, onFix] = [vi.fn(), vi.fn()];
  const pane = (shift: number) => (
    <ChecksPane
      diagnostics={Array.from({ length: 35 }, (_, index) => found(index, index + shift))}
      passed={[]}
      milliseconds={1}
      files={{ 'r/a.yaml': 'all on one line' }}
      onJump={onJump}
      onFix={onFix}
    />
  );
  const { rerender } = render(pane(0));
  expect(screen.getAllByRole('listitem')).toHaveLength(30);
  await userEvent.click(screen.getByRole('button', { name: 'Show 5 more' }));
  expect(screen.getAllByRole('listitem')).toHaveLength(35);
  rerender(pane(100));
  await userEvent.click(screen.getByRole('button', { name: 'Mend 34' }));
  expect(onFix).toHaveBeenCalledWith(found(34, 134));
});
