import { answer, type LanguageQuestions, type LanguageTopic } from '@/lib/recipes/language/answer';
import type { LanguageFacts } from '@/lib/recipes/language/language-facts';
import { listVariants } from '@/lib/recipes/list-variants';
import { composeAndPreview } from './compose-preview';
import { packRows, type SentRows } from './packed-rows';
import type { AskedQuestion, PreviewAnswer, PreviewRequest, PreviewSubject } from './preview';

export type Previewer = {
  change(request: Extract<PreviewRequest, { kind: 'change' }>): void;
  /** What the variant at an index comes to; null behind the last one. */
  preview(index: number): PreviewAnswer | null;
  answer(question: AskedQuestion): unknown;
};

/** What a variant came to, and what it read of the environment. */
type Known = Pick<LanguageFacts, 'env'> & { readonly composed: NonNullable<LanguageFacts['composed']> };

const NOTHING: PreviewSubject = {
  recipe: '',
  texts: {},
  paths: [],
  env: {},
  scripts: {},
  previewValues: {},
  overrides: [],
  variants: [],
};

const isLayer = (path: string) => /\.ya?ml$/.test(path);
const isScript = (path: string) => path.endsWith('.sh');

/** Keeps what the page has said so far, composes it, and answers questions about it. */
export function createPreviewer(): Previewer {
  let subject = NOTHING;
  let lastId = 0;
  const sent = new Map<string, SentRows>();
  /** By variant, as it last composed: questions come while the text is broken. */
  const composed = new Map<string, Known>();

  return {
    change({ id, subject: changed, texts }) {
      const merged = Object.entries({ ...subject.texts, ...texts });
      const kept = merged.flatMap(([path, text]) => (text === null ? [] : [[path, text] as const]));
      subject = { ...subject, ...changed, texts: Object.fromEntries(kept) };
      lastId = id;
    },

    preview(index) {
      const variant = subject.variants[index];
      if (variant === undefined) return null;
      const input = {
        files: textsOf(subject, isLayer),
        env: subject.env,
        scripts: { ...subject.scripts, ...textsOf(subject, isScript) },
        previewValues: subject.previewValues,
        overrides: index === 0 ? subject.overrides : [],
      };
      const { composed: fresh, env, preview } = composeAndPreview(variant, input);
      if (fresh.composed !== null) composed.set(variant.entry, { composed: fresh, env });
      if (preview.rows === null) return { id: lastId, preview: { ...preview, rows: null } };
      const step = packRows(preview.rows, sent.get(variant.name) ?? []);
      sent.set(variant.name, step.sent);
      return { id: lastId, preview: { ...preview, rows: step.packed } };
    },

    answer(question) {
      return answerOne(factsOf(subject, composed), question);
    },
  };
}

function answerOne<Topic extends LanguageTopic>(
  facts: LanguageFacts,
  { topic, about }: { readonly topic: Topic; readonly about: LanguageQuestions[Topic] },
): unknown {
  return answer(facts, topic, about);
}

function textsOf(
  { texts }: PreviewSubject,
  isWanted: (path: string) => boolean,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).filter(([path]) => isWanted(path)));
}

function factsOf(subject: PreviewSubject, composed: ReadonlyMap<string, Known>): LanguageFacts {
  const { env, paths, recipe, variants } = subject;
  const layers = textsOf(subject, isLayer);
  const entry = variants[0]?.entry ?? null;
  const known = entry === null ? undefined : composed.get(entry);
  return {
    layers,
    others: textsOf(subject, (path) => !isLayer(path)),
    paths,
    recipe,
    entry,
    variants: listVariants(layers),
    env: known?.env ?? env,
    composed: known?.composed ?? null,
  };
}
