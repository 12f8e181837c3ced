import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { processEnvironment, readEnv } from '@/lib/env';
import { findPython } from '@/scripts/find-python.mjs';
import { testFolder } from '@/lib/testing/test-folder';
import { createFeed } from '../create-feed';
import { createPythonTracker } from './create-python-tracker';
import { trackerEnvironment } from './tracker-environment';
import { startTrackerProcess } from './tracker-process';

// Real Python processes. Skipped, and counted as skipped, where there is no Python.
vi.setConfig({ testTimeout: 60_000 });
const python = await findPython();
const pythonTest = test.skipIf(python === null);

const Call = z.array(z.unknown());
const RUN = { key: 'k'.repeat(21), project: 'p', name: 'n', tags: ['math'], config: { seed: 3 } };

// A package of the same names, which writes down what it is asked; names of metrics say how it misbehaves.
const FAKE = `
import json, os, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))

def note(*what):
    with open(os.path.join(HERE, "calls.jsonl"), "a") as file:
        file.write(json.dumps(what) + "\\n")

class UsageError(Exception):
    pass

class Settings:
    def __init__(self, **kwargs):
        self.kwargs = kwargs

class Run:
    summary = {}
    def define_metric(self, *args, **kwargs):
        note("define", *args)
    def log(self, values):
        note("log", {key: str(value) for key, value in values.items()})
        if "die" in values and not os.path.exists(os.path.join(HERE, "died")):
            open(os.path.join(HERE, "died"), "w").close()
            os._exit(3)
        if "hang" in values:
            time.sleep(600)
    def finish(self, exit_code):
        note("finish", exit_code)

def init(**kwargs):
    print("noise on the output")
    kwargs.pop("settings", None)
    note("init", kwargs, {name: os.environ.get(name) for name in ("WANDB_API_KEY", "WANDB_BASE_URL", "TINKER_API_KEY")})
    if os.environ.get("WANDB_API_KEY") == "bad":
        raise UsageError("api_key not configured")
    return Run()

def log(values, step):
    note("log", step, {key: str(value) for key, value in values.items()})

def finish():
    note("finish")
`;

describe('wandb', () => {
  pythonTest(
    'gets the run as its own package would, with the key and the host of the recipe alone',
    async () => {
      const { tracker, calls } = await aTracker('wandb', {
        WANDB_KEY: 'T0PSECRET',
        WANDB_HOST: 'https://wandb.example',
        TINKER_API_KEY: 'other',
      });
      const signal = AbortSignal.timeout(30_000);
      await tracker.open(signal);
      await tracker.log([{ step: 4, time: 0, values: { 'a/b': 0.5, 'a/c': NaN } }], signal);
      await tracker.end('stopped', signal);
      tracker.close();
      const [init, ...rest] = await calls();
      expect(init?.slice(1)).toMatchObject([
        { project: 'p', name: 'n', id: RUN.key, resume: 'allow', config: { seed: 3 }, tags: ['math'] },
        { WANDB_API_KEY: 'T0PSECRET', WANDB_BASE_URL: 'https://wandb.example', TINKER_API_KEY: null },
      ]);
      expect(rest).toEqual([
        ['define', 'step'],
        ['define', '*'],
        ['log', { step: '4', 'a/b': '0.5', 'a/c': 'nan' }],
        ['finish', 0],
      ]);
    },
  );

  pythonTest('that dies in mid-run is started again and continues', async () => {
    const { tracker, calls } = await aTracker('wandb', {});
    const said: string[] = [];
    const feed = createFeed(tracker, (line) => said.push(line), {
      firstPauseMs: 1,
      timeoutMs: 20_000,
      lastWordMs: 20_000,
    });
    feed.post({ step: 0, time: 0, values: { die: 1 } });
    await expect.poll(() => said, { timeout: 20_000 }).toHaveLength(1);
    expect(said[0]).toContain('its process ended (exit code 3)');
    feed.post({ step: 1, time: 0, values: { x: 1 } });
    await feed.close('succeeded');
    const names = (await calls()).map(([name]) => name);
    expect(names.filter((name) => name === 'init')).toHaveLength(2);
    expect(names.at(-1)).toBe('finish');
    expect(said).toHaveLength(1);
  });

  pythonTest('that hangs is given up at the end', async () => {
    const { tracker, calls } = await aTracker('wandb', {});
    const said: string[] = [];
    const feed = createFeed(tracker, (line) => said.push(line), { lastWordMs: 50 });
    feed.post({ step: 0, time: 0, values: { hang: 1 } });
    await expect.poll(async () => (await calls()).at(-1)?.[0], { timeout: 20_000 }).toBe('log');
    await feed.close('succeeded');
    expect(said).toEqual(['wandb did not get 1 step of this run.']);
  });

  pythonTest('that wants a key is a refusal', async () => {
    const { tracker } = await aTracker('wandb', { WANDB_KEY: 'bad' });
    await expect(tracker.open(AbortSignal.timeout(30_000))).rejects.toMatchObject({
      name: 'TrackerRefusal',
      message: 'UsageError: api_key not configured',
    });
  });

  pythonTest('that is not installed is a refusal that says how to install it', async () => {
    const { tracker } = await aTracker('wandb', { PYTHONPATH: '' });
    await expect(tracker.open(AbortSignal.timeout(30_000))).rejects.toMatchObject({
      name: 'TrackerRefusal',
      message: "No module named 'wandb'. Install it: pip install wandb.",
    });
  });
});

pythonTest('a run whose process is gone is told as failed', async () => {
  const { script, environment, calls } = await aTracker('wandb', {});
  const child = startTrackerProcess({ command: python ?? 'python3', args: [script, 'wandb'], environment });
  onTestFinished(() => child.kill());
  await child.ask({ op: 'open', run: { ...RUN, folder: '.' } }, AbortSignal.timeout(30_000));
  child.end();
  await expect.poll(async () => (await calls()).at(-1), { timeout: 20_000 }).toEqual(['finish', 1]);
});

pythonTest('swanlab gets its steps, and continues a run of the service only', async () => {
  const cloud = await aTracker('swanlab', {});
  const offline = await aTracker('swanlab', { SWANLAB_MODE: 'offline' });
  for (const { tracker } of [cloud, offline]) {
    const signal = AbortSignal.timeout(30_000);
    await tracker.open(signal);
    await tracker.log([{ step: 2, time: 0, values: { x: 1 } }], signal);
    await tracker.end('succeeded', signal);
    tracker.close();
  }
  const told = await cloud.calls();
  expect(told[0]?.[1]).toMatchObject({ experiment_name: 'n', id: RUN.key, resume: 'allow', mode: 'cloud' });
  expect(told.slice(1)).toEqual([['log', 2, { x: '1.0' }], ['finish']]);
  expect((await offline.calls())[0]?.[1]).not.toHaveProperty('id');
});

async function aTracker(name: 'wandb' | 'swanlab', variables: Readonly<Record<string, string>>) {
  const folder = await testFolder();
  await writeFile(path.join(folder, `${name}.py`), FAKE);
  const script = path.join(readEnv().root, 'lib/trackers/python/galley_tracker.py');
  const all = { PATH: processEnvironment()['PATH'], PYTHONPATH: folder, ...variables };
  const tracker = createPythonTracker(RUN, {
    name,
    script,
    folder: path.join(folder, 'files'),
    python: () => Promise.resolve(python ?? 'python3'),
    variables: all,
  });
  onTestFinished(() => tracker.close());
  const calls = async (): Promise<readonly (readonly unknown[])[]> => {
    const text = await readFile(path.join(folder, 'calls.jsonl'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => Call.parse(JSON.parse(line)));
  };
  return { tracker, script, environment: trackerEnvironment(all), calls };
}
