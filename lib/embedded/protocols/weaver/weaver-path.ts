import type { CheckpointRef } from '../tinker/checkpoints';
import { unprocessable } from '../tinker/tinker-error';

const FOLDERS = { weights: 'checkpoints', sampler_weights: 'sampler' } as const;
const PATH = /^weaver:\/\/([^/]+)\/(checkpoints|sampler)\/([A-Za-z0-9][A-Za-z0-9._-]{0,127})$/;

/** `weaver://<model>/checkpoints/<name>` of a state, `…/sampler/<name>` of weights to sample from. */
export function weaverPath({ runId, kind, name }: CheckpointRef): string {
  return `weaver://${runId}/${FOLDERS[kind]}/${name}`;
}

export function parseWeaverPath(text: string): CheckpointRef {
  const [, runId = '', folder = '', name = ''] = PATH.exec(text) ?? [];
  if (runId === '') {
    throw unprocessable(
      `${text} is not a path of weights: it looks like weaver://<model>/checkpoints/<name> or …/sampler/<name>.`,
    );
  }
  return { runId, kind: folder === 'sampler' ? 'sampler_weights' : 'weights', name };
}
