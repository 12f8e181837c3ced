// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { TrajectoryDetail } from '@/lib/api-client/wire';
import { RunId } from '@/lib/domain/run';
import { RolloutFacts } from './rollout-facts';

afterEach(cleanup);

test('what the evaluator added is not taken for the data row, where both name an answer', () => {
  render(<RolloutFacts detail={aDetail({ extraInfo: { answer: 'ujuway' }, data: { answer: 'ujoway' } })} />);
  expect(screen.getByRole('region', { name: 'Added by the evaluator' }).textContent).toContain('ujuway');
  expect(screen.getByRole('region', { name: 'The data row' }).textContent).toContain('ujoway');
  expect(screen.getByRole('region', { name: 'The data row' }).textContent).not.toContain('ujuway');
});

test('an evaluator that adds nothing gets no empty heading', () => {
  render(<RolloutFacts detail={aDetail({ data: { answer: 'ujoway' } })} />);
  expect(screen.queryByRole('region', { name: 'Added by the evaluator' })).toBeNull();
});

function aDetail(body: Partial<TrajectoryDetail['body']>): TrajectoryDetail {
  return {
    row: {
      id: 1,
      runId: RunId.parse(1),
      attempt: 1,
      step: 0,
      validation: false,
      group: 'task-7',
      sample: 0,
      reward: 0.5,
      advantage: 0,
      promptTokens: 1,
      completionTokens: 1,
      stopReason: 'stop',
      weightVersion: 0,
      error: null,
      promptPreview: 'p',
      completionPreview: 'c',
    },
    body: {
      prompt: 'p',
      completion: 'c',
      groundTruth: '',
      sequences: [],
      turns: [],
      metrics: {},
      extraInfo: {},
      data: {},
      ...body,
    },
  };
}
