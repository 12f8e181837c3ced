import { afterEach, expect, test, vi } from 'vitest';
import { banditRuns } from '@/lib/testing/bandit-runs';
import { startFakeMlflow } from '@/lib/testing/fake-mlflow';
import { messagesOf } from '@/lib/testing/orchestrated-run';

vi.setConfig({ testTimeout: 120_000 });
afterEach(() => vi.unstubAllEnvs());

const setUp = banditRuns();
const TRACKED = { logger: { backend: ['mlflow'] }, project_name: 'digits' };

test('a tracker gets the metrics, configuration and end of a run, and a resumed run continues there', async () => {
  const server = await startFakeMlflow();
  vi.stubEnv('MLFLOW_TRACKING_URI', server.address);
  const { launch, start, resume } = await setUp();
  const runId = await launch({ ...TRACKED, trainer: { total_train_steps: 4 } });
  const run = await start(runId);
  await expect.poll(() => server.runs[0]?.metrics.length ?? 0, { timeout: 60_000 }).toBeGreaterThan(0);
  run.command('stop');
  await run.ended;
  expect(server.runs[0]?.status).toBe('KILLED');
  await resume(runId);
  expect(server.runs).toHaveLength(1);
  const [tracked] = server.runs;
  expect(tracked?.status).toBe('FINISHED');
  expect(tracked?.params.get('project_name')).toBe('"digits"');
  const rewards = tracked?.metrics.filter(({ key }) => key === 'rollout/reward_mean') ?? [];
  expect([...new Set(rewards.map(({ step }) => step))]).toEqual([0, 1, 2, 3]);
});

test('a tracker that is down is told of once, and the run is what it would have been', async () => {
  vi.stubEnv('MLFLOW_TRACKING_URI', 'http://127.0.0.1:9');
  const { launch, runToEnd, store } = await setUp();
  const runId = await launch({ ...TRACKED, trainer: { total_train_steps: 2 } });
  expect(await runToEnd(runId)).toEqual({ status: 'succeeded', reason: null });
  const lines = (await messagesOf(store, runId)).filter((message) => message.startsWith('mlflow'));
  expect(lines).toEqual([
    expect.stringContaining(
      'mlflow does not follow this run: the server at MLFLOW_TRACKING_URI cannot be reached.',
    ),
    expect.stringMatching(/^mlflow did not get \d+ steps of this run\.$/),
  ]);
});
