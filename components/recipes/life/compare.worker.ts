import { composePreview } from '../compose-preview';
import { comparePreviews } from './compared-rows';
import type { CompareAnswer, CompareRequest, CompareSide } from './compare-request';

// Beside the preview's worker, so that no comparison ever makes the preview wait. A newer request ends an older one.
let newest = 0;

self.addEventListener('message', ({ data }: MessageEvent<CompareRequest>) => {
  newest = data.id;
  void answer(data);
});

async function answer(request: CompareRequest): Promise<void> {
  const compose = ({ texts, entry, overrides }: CompareSide) =>
    composePreview(
      { name: entry, entry },
      { files: request.texts[texts] ?? {}, env: request.env, scripts: request.scripts, overrides },
    );
  for (const pair of request.pairs) {
    if (request.id !== newest) return;
    const compared = comparePreviews(compose(pair.before), compose(pair.after));
    const message: CompareAnswer = { id: request.id, key: pair.key, compared };
    self.postMessage(message);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
