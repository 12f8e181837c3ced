import { expect, test } from 'vitest';
import { startFakeMlflow } from '@/lib/testing/fake-mlflow';
import { type TrackedRun, TrackerRefusal } from '../tracker';
import { createMlflowTracker } from './create-mlflow-tracker';

const RUN: TrackedRun = {
  key: 'abcdefghijklmnopqrstu',
  project: 'NexRL-Math',
  name: 'first try',
  tags: ['math', 'tinker'],
  config: { data: { files: ['a.jsonl'], seed: 3 }, key: 'secret TINKER_API_KEY' },
};
const SIGNAL = new AbortController().signal;

test('a run has its name, tags, configuration, metrics and end', async () => {
  const server = await startFakeMlflow();
  const tracker = createMlflowTracker(RUN, { variables: { MLFLOW_TRACKING_URI: `${server.address}/` } });
  await tracker.open(SIGNAL);
  await tracker.log(
    [
      { step: 0, time: 1000, values: { 'rollout/reward_mean': 0.5, 'val/pass@1': 1 } },
      { step: 1, time: 2000, values: { 'training/loss': NaN, 'training/top': Infinity } },
    ],
    SIGNAL,
  );
  await tracker.end('stopped', SIGNAL);
  const [run] = server.runs;
  expect(run).toMatchObject({ name: 'first try', status: 'KILLED' });
  expect(run?.tags.get('galley.tags')).toBe('math, tinker');
  expect(Object.fromEntries(run?.params ?? [])).toEqual({
    'data.files_0_': '"a.jsonl"',
    'data.seed': '3',
    key: '"secret TINKER_API_KEY"',
  });
  expect(run?.metrics).toEqual([
    { key: 'rollout/reward_mean', value: 0.5, timestamp: 1000, step: 0 },
    { key: 'val/pass_1', value: 1, timestamp: 1000, step: 0 },
    { key: 'training/loss', value: 'NaN', timestamp: 2000, step: 1 },
    { key: 'training/top', value: 'Infinity', timestamp: 2000, step: 1 },
  ]);
});

test('another process of the run continues the same run there; another run is another', async () => {
  const server = await startFakeMlflow();
  const variables = { MLFLOW_TRACKING_URI: server.address };
  const first = createMlflowTracker(RUN, { variables });
  await first.open(SIGNAL);
  await first.end('failed', SIGNAL);
  await createMlflowTracker(RUN, { variables }).open(SIGNAL);
  expect(server.runs.map(({ status }) => status)).toEqual(['RUNNING']);
  await createMlflowTracker({ ...RUN, key: 'b'.repeat(21) }, { variables }).open(SIGNAL);
  expect(server.runs.map(({ experiment }) => experiment)).toEqual(['1', '1']);
});

test('more metrics than a request may have go in several', async () => {
  const server = await startFakeMlflow();
  const tracker = createMlflowTracker(RUN, { variables: { MLFLOW_TRACKING_URI: server.address } });
  await tracker.open(SIGNAL);
  const values = Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`m/${index}`, index]));
  await tracker.log([{ step: 0, time: 0, values }], SIGNAL);
  expect(server.runs[0]?.metrics).toHaveLength(1500);
});

test.each([
  [{}, 'MLFLOW_TRACKING_URI is not set'],
  [{ MLFLOW_TRACKING_URI: './mlruns' }, 'no http address'],
])('%j is refused with what to do', async (variables, why) => {
  const tracker = createMlflowTracker(RUN, { variables });
  const refusal: unknown = await tracker.open(SIGNAL).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(TrackerRefusal);
  expect(String(refusal)).toContain(why);
});

test('name and password are sent, and are in no message', async () => {
  const pair = Buffer.from('me:T0PSECRET').toString('base64');
  const server = await startFakeMlflow({ authorization: `Basic ${pair}` });
  const variables = {
    MLFLOW_TRACKING_URI: server.address,
    MLFLOW_TRACKING_USERNAME: 'me',
    MLFLOW_TRACKING_PASSWORD: 'T0PSECRET',
  };
  await createMlflowTracker(RUN, { variables }).open(SIGNAL);
  expect(server.runs).toHaveLength(1);
  const wrong = createMlflowTracker(RUN, { variables: { ...variables, MLFLOW_TRACKING_PASSWORD: 'other' } });
  await expect(wrong.open(SIGNAL)).rejects.toThrow(
    'it answered 401 to experiments/get-by-name: who are you.',
  );
});
