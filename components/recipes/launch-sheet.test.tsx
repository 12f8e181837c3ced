// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { PreflightAnswer } from '@/lib/api-client/preflight';
import { err, ok } from '@/lib/shared/result';
import { LaunchSheet, type LaunchSheetProps } from './launch-sheet';
import type { LaunchPlan, StudioActions } from './studio-actions';

afterEach(cleanup);

const PASSED: PreflightAnswer = {
  ok: true,
  checks: [{ id: 'data', title: 'Training data', status: 'passed', detail: '90 rows.', path: null }],
};
const FAILED: PreflightAnswer = {
  ...PASSED,
  ok: false,
  checks: [
    {
      id: 'data',
      title: 'Training data',
      status: 'failed',
      detail: 'There is no file data/train.parquet. Make it with scripts/make-recipe-data.mjs.',
      path: 'data.data_files[0]',
    },
  ],
};

function open(
  partial: Partial<Pick<LaunchSheetProps, 'makeChecks'> & StudioActions>,
  props: Partial<LaunchSheetProps> = {},
) {
  const plans: LaunchPlan[] = [];
  const { makeChecks = () => Promise.resolve(PASSED), ...others } = partial;
  const actions: Pick<StudioActions, 'launch'> = {
    launch: (plan) => {
      plans.push(plan);
      return Promise.resolve(ok({ id: 7 }));
    },
    ...others,
  };
  const spies = {
    onShowKey: vi.fn(),
    onLaunched: vi.fn(),
    onClose: vi.fn(),
    onSave: vi.fn(() => Promise.resolve(true)),
  };
  const sheet = (more: Partial<LaunchSheetProps>) => (
    <LaunchSheet
      recipe="spell"
      entry="spell/embedded.yaml"
      backend="embedded"
      facts={[{ name: 'Steps', value: '250' }]}
      overrides={['data.seed=7']}
      dirty={[]}
      actions={actions}
      makeChecks={makeChecks}
      {...spies}
      {...more}
    />
  );
  const view = render(sheet(props));
  return { ...spies, plans, again: (more: Partial<LaunchSheetProps>) => view.rerender(sheet(more)) };
}

const launchButton = () => screen.getByRole('button', { name: 'Launch on embedded' });

describe('launching', () => {
  test('waits for the checks, then launches the plan once and says which run it became', async () => {
    const { plans, onLaunched } = open({});
    expect(launchButton()).toHaveProperty('disabled', true);
    await screen.findByText('All 1 checks passed.');
    await userEvent.type(screen.getByLabelText('Name'), 'first try');
    await userEvent.dblClick(launchButton());
    expect(plans).toEqual([
      {
        entry: 'spell/embedded.yaml',
        overrides: ['data.seed=7'],
        name: 'first try',
        idempotencyKey: plans[0]?.idempotencyKey,
      },
    ]);
    expect(plans[0]?.idempotencyKey).toMatch(/^[0-9a-f-]{36}$/);
    expect(onLaunched.mock.calls).toEqual([[7]]);
  });

  test('a rehearsal is checked and launched as one, and says what it runs otherwise', async () => {
    const asked: LaunchPlan[] = [];
    const substitutions = [{ key: 'data.batch_size', from: 64, to: 8, reason: 'Small batches.' }];
    const rehearsal = { backend: 'tinker' as const, protocol: 'Tinker', substitutions, withheld: [] };
    const { plans } = open({
      makeChecks: (plan) => {
        asked.push(plan);
        return Promise.resolve(plan.rehearsal === undefined ? FAILED : { ...PASSED, rehearsal });
      },
    });
    await screen.findByText(/1 of 1 checks failed/);
    await userEvent.click(screen.getByRole('button', { name: 'Rehearse' }));
    await screen.findByText('All 1 checks passed.');
    expect(screen.getByText('data.batch_size: 64 → 8')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Rehearse here' }));
    expect(asked.map(({ rehearsal: scale }) => scale)).toEqual([undefined, {}]);
    expect(plans[0]?.rehearsal).toEqual({});
  });

  test('Ctrl+Enter launches from anywhere in the sheet, but not before the checks passed', async () => {
    const { plans } = open({ makeChecks: () => Promise.resolve(FAILED) });
    await screen.findByText(/1 of 1 checks failed/);
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    expect(plans).toEqual([]);
    cleanup();
    const second = open({});
    await screen.findByText('All 1 checks passed.');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    expect(second.plans).toHaveLength(1);
  });

  test('a refused launch shows why and can be tried again with the same key', async () => {
    const keys: string[] = [];
    const { onLaunched } = open({
      launch: (plan) => {
        keys.push(plan.idempotencyKey);
        const refused = err({ code: 'storage', message: 'The disk is full. Free some space.' } as const);
        return Promise.resolve(keys.length === 1 ? refused : ok({ id: 8 }));
      },
    });
    await screen.findByText('All 1 checks passed.');
    await userEvent.click(launchButton());
    await screen.findByText('The disk is full. Free some space.');
    await userEvent.click(launchButton());
    expect(new Set(keys).size).toBe(1);
    expect(onLaunched.mock.calls).toEqual([[8]]);
  });

  test('a server that does not answer is a refusal, not a lost page', async () => {
    open({ makeChecks: () => Promise.reject(new TypeError('fetch failed')) });
    expect((await screen.findByRole('alert')).textContent).toContain('fetch failed');
  });
});

test('a failed check says what to do and leads to its key', async () => {
  const { onShowKey } = open({ makeChecks: () => Promise.resolve(FAILED) });
  await userEvent.click(await screen.findByRole('button', { name: 'data.data_files[0]' }));
  expect(onShowKey.mock.calls).toEqual([['data.data_files[0]']]);
  expect(screen.getByText(/make-recipe-data/)).toBeTruthy();
});

test('checks are shown as they come, and nothing is launched before the last', async () => {
  const running = { id: 'evaluator', title: 'Evaluator', status: 'running', detail: '', path: null } as const;
  const { plans } = open({
    makeChecks: (_, { onChecks }) => {
      onChecks([...PASSED.checks, running]);
      return new Promise(() => undefined);
    },
  });
  expect(await screen.findByRole('img', { name: 'running' })).toBeTruthy();
  expect(screen.getByText('90 rows.')).toBeTruthy();
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  expect(plans).toEqual([]);
});

test('unsaved files are named and saved before anything is checked', async () => {
  const makeChecks = vi.fn(() => Promise.resolve(PASSED));
  const { onSave, again } = open({ makeChecks }, { dirty: ['spell/common.yaml'] });
  await userEvent.click(screen.getByRole('button', { name: 'Save it and check' }));
  expect(onSave.mock.calls).toHaveLength(1);
  expect(makeChecks.mock.calls).toHaveLength(0);
  again({ dirty: [] });
  await screen.findByText('All 1 checks passed.');
});
