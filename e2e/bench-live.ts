import { z } from 'zod';
import { isFinished } from '@/lib/domain/run';
import { RunEvent } from '@/lib/domain/run-event';
import { createGalleyServer } from './galley-server';

const STEPS = 40;

/** From a step's end in the run process to its figures in a reader of the event stream, over a real run. */
export async function bench(): Promise<readonly { readonly name: string; readonly value: string }[]> {
  const server = await createGalleyServer();
  try {
    const began = performance.now();
    await server.start();
    const readyMs = performance.now() - began;
    const launched = await server.cli(
      'run',
      'pig_latin/embedded.yaml',
      `trainer.total_train_steps=${STEPS}`,
      '--detach',
      '--json',
    );
    if (launched.code !== 0) throw new Error(launched.err);
    const { id } = z.object({ id: z.number() }).parse(JSON.parse(launched.out));
    const lags = await readLags(`${server.url}/api/events?runs=${id}`, STEPS);
    return [
      { name: 'second start until the page answers', value: `${(readyMs / 1000).toFixed(1)} s` },
      {
        name: `step end → reader of the stream, median of ${lags.length}`,
        value: `${quantile(lags, 0.5)} ms`,
      },
      { name: 'the same, 95th percentile', value: `${quantile(lags, 0.95)} ms` },
    ];
  } finally {
    await server.dispose();
  }
}

/** Milliseconds from the time written into each step's event until it arrives here. Both clocks are this machine's. */
async function readLags(url: string, steps: number): Promise<readonly number[]> {
  const lags: number[] = [];
  const openedAt = Date.now();
  for await (const event of streamedEvents(url)) {
    if (event.kind === 'status' && isFinished(event.status)) break;
    const saidAt = Date.parse(event.time);
    const isStep = event.kind === 'metrics' && event.values['rollout/reward_mean'] !== undefined;
    // what was said before we listened says nothing about the delay
    if (isStep && saidAt > openedAt) lags.push(Date.now() - saidAt);
    if (lags.length === steps) break;
  }
  return lags;
}

async function* streamedEvents(url: string): AsyncGenerator<RunEvent> {
  const { body } = await fetch(url);
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const frames = (text + value).split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (data !== undefined && !frame.startsWith('event:')) yield RunEvent.parse(JSON.parse(data));
    }
  }
}

function quantile(values: readonly number[], share: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(0);
}
