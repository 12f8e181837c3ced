import type { NewTrajectory, RunWriter } from '@/lib/run-store/run-writer';

const ROLLOUTS = 512;
const TOKENS = 64;

/** Rollouts per second through the run writer, until they are on disk. */
export async function benchRollouts(place: {
  readonly openWriter: () => Promise<RunWriter>;
  /** Of `ROLLOUTS` rollouts each. */
  readonly steps?: number;
}): Promise<readonly { readonly name: string; readonly value: number; readonly unit: string }[]> {
  const { openWriter, steps = 20 } = place;
  const writer = await openWriter();
  const start = performance.now();
  for (let step = 0; step < steps; step += 1) {
    const rows = Array.from({ length: ROLLOUTS }, (_, sample) => aRollout(step, sample));
    writer.trajectories(step, { validation: false, failed: 0, rows });
    await writer.drained();
  }
  await writer.flush();
  const seconds = (performance.now() - start) / 1000;
  await writer.close();
  return [{ name: 'store: rollouts written', value: (steps * ROLLOUTS) / seconds, unit: 'rows/s' }];
}

function aRollout(step: number, sample: number): NewTrajectory {
  const places = Array.from({ length: TOKENS }, (_, at) => at);
  const text = places.map((at) => String.fromCharCode(97 + ((at * 7 + sample) % 26))).join('');
  return {
    step,
    validation: false,
    group: `prompt-${sample >> 3}`,
    sample: sample & 7,
    reward: (sample % 5) / 4,
    advantage: Math.sin(sample),
    promptTokens: 16,
    completionTokens: TOKENS - 16,
    stopReason: 'stop',
    weightVersion: step,
    error: null,
    promptPreview: text.slice(0, 16),
    completionPreview: text.slice(16),
    body: {
      prompt: text.slice(0, 16),
      completion: text.slice(16),
      groundTruth: text,
      sequences: [
        {
          tokens: places.map((at) => text.charCodeAt(at)),
          tokenTexts: text.split(''),
          lossMask: places.map((at) => (at < 16 ? 0 : 1)),
          logprobs: places.map((at) => (at < 16 ? 0 : Math.sin(at * sample) - 1)),
          weightVersions: places.map(() => step),
        },
      ],
      turns: [],
      metrics: { exact: sample % 2 },
      extraInfo: {},
      data: { prompt: text.slice(0, 16), answer: text },
    },
  };
}
