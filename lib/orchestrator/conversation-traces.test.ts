import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { aRolloutTask, aScoredRollout, anEpisode } from '@/lib/testing/rollouts';
import { createRecordRedactor } from './redact-record';
import { createConversationTraces } from './conversation-traces';

let folder = '';
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the conversations of a step stand in one file, a line each, in order, without secrets', async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'galley-traces-'));
  const write = createConversationTraces(
    { save_trace: true, trace_path: 'traces', task_name: 'sums' },
    { runFolder: folder, clean: createRecordRedactor([{ name: 'KEY', value: 'sk-123456' }]).record },
  );
  const turns = [{ role: 'user', content: '1+1 sk-123456' }] as const;
  const rollouts = [1, 0].map((sample) =>
    aScoredRollout({ task: aRolloutTask({ step: 3, sample }), episode: anEpisode({ turns: [...turns] }) }),
  );
  await write?.({ step: 3, asked: 2, groups: [{ name: 'g', rollouts }], dropped: [], failed: [] });
  const text = await readFile(path.join(folder, 'traces/step_000003.jsonl'), 'utf8');
  const lines = text
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(lines).toMatchObject([
    { task: 'sums', step: 3, run_id: 0, messages: [{ role: 'user', content: '1+1 ***' }], reward: 1 },
    { run_id: 1 },
  ]);
});

test.each([{ save_trace: false, trace_path: 'traces' }, { save_trace: true }])(
  'without both keys nothing is written: %j',
  (settings) => {
    expect(
      createConversationTraces(settings, { runFolder: '/nowhere', clean: (record) => record }),
    ).toBeNull();
  },
);
