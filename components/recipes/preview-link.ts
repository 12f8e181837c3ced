import type { LanguageAnswers, LanguageTopic } from '@/lib/recipes/language/answer';
import { type LiveRow, unpackRows } from './packed-rows';
import type {
  AskedQuestion,
  AskLanguage,
  PlacedPreview,
  PreviewAnswer,
  PreviewRequest,
  PreviewSubject,
} from './preview';

type Facts = Omit<PreviewSubject, 'texts'>;

/** The composing worker, and what it has been told: only what differs is sent. */
export type PreviewLink = {
  readonly setFacts: (facts: Partial<Facts>) => void;
  /** All texts there are. */
  readonly setTexts: (texts: PreviewSubject['texts']) => void;
  /** One text, as it is being typed. */
  readonly setText: (path: string, text: string) => void;
  readonly ask: AskLanguage;
  readonly end: () => void;
};

export function openPreviewLink(onPreview: (preview: PlacedPreview) => void): PreviewLink {
  const worker = new Worker(new URL('./compose.worker.ts', import.meta.url), { type: 'module' });
  const facts = new Map<string, unknown>();
  const texts = new Map<string, string>();
  const rows = new Map<string, readonly LiveRow[]>();
  let lastId = 0;

  worker.addEventListener('message', ({ data: { id, preview } }: MessageEvent<PreviewAnswer>) => {
    const live = preview.rows === null ? null : unpackRows(preview.rows, rows.get(preview.variant) ?? []);
    if (live !== null) rows.set(preview.variant, live);
    // an older answer is taken in, since the next one builds on it, but not shown
    if (id === lastId) onPreview({ ...preview, rows: live, texts: Object.fromEntries(texts) });
  });

  return {
    setFacts(next) {
      const changed = Object.entries(next).filter(([name, value]) => {
        const text = JSON.stringify(value);
        if (facts.get(name) === text) return false;
        facts.set(name, text);
        return true;
      });
      if (changed.length > 0) post(Object.fromEntries(changed), {});
    },
    setTexts(next) {
      const gone = [...texts.keys()].filter((path) => !Object.hasOwn(next, path));
      const changed = Object.entries(next).filter(([path, text]) => texts.get(path) !== text);
      for (const path of gone) texts.delete(path);
      for (const [path, text] of changed) texts.set(path, text);
      if (gone.length + changed.length === 0) return;
      post({}, Object.fromEntries([...changed, ...gone.map((path) => [path, null] as const)]));
    },
    setText(path, text) {
      if (texts.get(path) === text) return;
      texts.set(path, text);
      post({}, { [path]: text });
    },
    ask: (topic, about) => askWorker(worker, { topic, about }),
    end: () => worker.terminate(),
  };

  function post(subject: Partial<Facts>, changed: Readonly<Record<string, string | null>>): void {
    lastId += 1;
    const request: PreviewRequest = { kind: 'change', id: lastId, subject, texts: changed };
    worker.postMessage(request);
  }
}

/** Each question has a port of its own for the answer, so none is mistaken for another. */
function askWorker<Topic extends LanguageTopic>(
  worker: Worker,
  question: AskedQuestion<Topic>,
): Promise<LanguageAnswers[Topic]> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', ({ data }: MessageEvent<LanguageAnswers[Topic]>) => {
      resolve(data);
      port1.close();
    });
    port1.start();
    worker.postMessage({ kind: 'ask', question }, [port2]);
  });
}
