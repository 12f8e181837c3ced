import { composePreview } from './compose-preview';
import type { PreviewAnswer, PreviewRequest } from './preview';

// Composes beside the page, so that typing never waits for it. A newer request makes the rest of an older one moot.
let newest = 0;

self.addEventListener('message', ({ data }: MessageEvent<PreviewRequest>) => {
  newest = data.id;
  void answer(data);
});

async function answer(request: PreviewRequest): Promise<void> {
  for (const [index, variant] of request.variants.entries()) {
    if (request.id !== newest) return;
    const overrides = index === 0 ? request.overrides : [];
    const preview = composePreview(variant, { files: request.files, env: request.env, overrides });
    const message: PreviewAnswer = { id: request.id, preview };
    self.postMessage(message);
    // Lets a newer request in between two variants.
    await new Promise((resolve) => setTimeout(resolve));
  }
}
