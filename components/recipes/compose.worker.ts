import type { PreviewAnswer, PreviewRequest } from './preview';
import { createPreviewer } from './previewer';

/** The variants out of view are composed when the typing pauses: they must not hold up the one in view. */
const PAUSE_MS = 250;

// Composes beside the page, so that typing never waits for it, and answers the editor's questions.
const previewer = createPreviewer();
let timer: ReturnType<typeof setTimeout> | undefined;
let isDue = false;

self.addEventListener('message', ({ data, ports }: MessageEvent<PreviewRequest>) => {
  if (data.kind === 'ask') {
    // places are those of a composition: answered from an old one, they would point beside the text
    if (isDue) next(0);
    ports[0]?.postMessage(previewer.answer(data.question));
    return;
  }
  previewer.change(data);
  clearTimeout(timer);
  isDue = true;
  // changes that have queued up meanwhile are taken in first
  timer = setTimeout(() => next(0));
});

function next(index: number): void {
  clearTimeout(timer);
  isDue = false;
  const step = previewer.preview(index);
  if (step === null) return;
  const message: PreviewAnswer = step;
  const { rows } = step.preview;
  self.postMessage(message, { transfer: rows === null ? [] : [rows.places.buffer, rows.beaten.buffer] });
  timer = setTimeout(() => next(index + 1), index === 0 ? PAUSE_MS : 0);
}
