// @vitest-environment jsdom
import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { RUN_STATUSES, RunId, type RunStatus } from '@/lib/domain/run';
import { ok } from '@/lib/shared/result';
import { aRun } from '@/lib/testing/builders';
import { RunControls } from './run-controls';

function shown(status: RunStatus) {
  const asked: unknown[] = [];
  const action = (name: string) => (input: unknown) => {
    asked.push([name, input]);
    return Promise.resolve(ok(null));
  };
  const actions = { stop: action('stop'), pause: action('pause'), resume: action('resume') };
  const { unmount } = render(<RunControls run={aRun({ id: RunId.parse(12), status })} actions={actions} />);
  return { asked, unmount };
}

test('offers what the status allows and nothing else', () => {
  const offered = Object.fromEntries(
    RUN_STATUSES.map((status) => {
      const { unmount } = shown(status);
      const names = screen.queryAllByRole('button').map(({ textContent }) => textContent);
      unmount();
      return [status, names];
    }),
  );
  expect(offered).toEqual({
    queued: ['Stop'],
    starting: ['Stop'],
    running: ['Pause', 'Stop'],
    pausing: ['Resume', 'Stop'],
    paused: ['Resume', 'Stop'],
    stopping: [],
    stopped: ['Resume from checkpoint'],
    succeeded: [],
    failed: ['Resume from checkpoint'],
    lost: ['Resume from checkpoint'],
  });
});

test('a button asks for its own run', async () => {
  const { asked, unmount } = shown('running');
  await userEvent.click(screen.getByRole('button', { name: 'Pause' }));
  expect(asked).toEqual([['pause', 12]]);
  unmount();
});
