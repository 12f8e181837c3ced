// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { TrajectoryPage } from '@/lib/api-client/wire';
import { RunId } from '@/lib/domain/run';
import { GroupCard } from './group-card';

afterEach(cleanup);

type Row = TrajectoryPage['rows'][number];

function aRow(sample: number, changes: Partial<Row>): Row {
  return {
    id: sample + 1,
    runId: RunId.parse(1),
    attempt: 1,
    step: 0,
    validation: false,
    group: 'task-7',
    sample,
    reward: 0,
    advantage: null,
    promptTokens: 1,
    completionTokens: 2,
    stopReason: 'stop',
    weightVersion: 0,
    error: null,
    promptPreview: 'p',
    completionPreview: 'c',
    ...changes,
  };
}

test('a failed rollout is shown, and left out of what the advantage is made of', () => {
  const row = aRow(0, { reward: 1, advantage: 0.25 });
  const siblings = [
    row,
    aRow(1, { reward: 0.5, advantage: -0.25 }),
    aRow(2, { error: 'no dictionary', stopReason: 'error' }),
  ];
  render(<GroupCard row={row} siblings={siblings} onSelect={() => undefined} />);
  expect(screen.getByRole('heading').textContent).toMatch(/Group of 3 mean 0\.750 · std 0\.354 · 1 failed/);
  expect(screen.getByText(/1\.00 − 0\.750 = \+0\.250/)).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Sample 3, failed' })).toBeTruthy();
});
