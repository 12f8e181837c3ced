import type { Fix, TextEdit } from '@/lib/recipes/diagnostic';
import { fixEdits } from '@/lib/recipes/fix-edits';
import { completeAt, type Completion } from './complete';
import { pathAt } from './cursor';
import { type Definition, definitionAt } from './definition';
import { formatLayer } from './format-layer';
import { type Hover, hoverAt } from './hover';
import { type InlayHint, inlayHints } from './inlay-hints';
import { type LanguageFacts, mountOf } from './language-facts';
import type { TextRange } from './outline';
import { dotted } from './path-steps';
import { keyAt, type Reference, referencesOf } from './references';
import { type Rename, renameKey } from './rename-key';

type Place = { readonly file: string; readonly offset: number };

/** What an editor asks, by topic. */
export type LanguageQuestions = {
  readonly complete: Place;
  readonly hover: Place;
  readonly definition: Place;
  readonly references: Place;
  /** The name under the cursor, if it can be renamed. */
  readonly name: Place;
  readonly rename: Place & { readonly name: string };
  readonly hints: { readonly file: string; readonly range: TextRange };
  readonly format: { readonly file: string };
  /** The config path under the cursor. */
  readonly path: Place;
  /** What a fix edits. */
  readonly fix: Fix;
};

export type LanguageAnswers = {
  readonly complete: readonly Completion[];
  readonly hover: Hover | null;
  readonly definition: Definition | null;
  readonly references: readonly Reference[];
  readonly name: TextRange | null;
  readonly rename: Rename;
  readonly hints: readonly InlayHint[];
  readonly format: string;
  readonly path: string;
  readonly fix: readonly TextEdit[];
};

export type LanguageTopic = keyof LanguageQuestions;

const ANSWERERS: {
  readonly [Topic in LanguageTopic]: (
    facts: LanguageFacts,
    question: LanguageQuestions[Topic],
  ) => LanguageAnswers[Topic];
} = {
  complete: (facts, { file, offset }) => completeAt(facts, file, offset),
  hover: (facts, { file, offset }) => hoverAt(facts, file, offset),
  definition: (facts, { file, offset }) => definitionAt(facts, file, offset),
  references: (facts, { file, offset }) => {
    const found = keyAt(facts, file, offset);
    return found === null ? [] : referencesOf(facts, file, found.path).references;
  },
  name: (facts, { file, offset }) => keyAt(facts, file, offset)?.range ?? null,
  rename: (facts, { name, ...place }) => renameKey(facts, place, name),
  hints: (facts, { file, range }) => inlayHints(facts, file, range),
  format: ({ layers }, { file }) => formatLayer(layers[file] ?? ''),
  path: (facts, { file, offset }) =>
    dotted([...mountOf(facts, file), ...pathAt(facts.layers[file] ?? '', offset)]),
  fix: ({ layers }, fix) => fixEdits(fix, layers),
};

export function answer<Topic extends LanguageTopic>(
  facts: LanguageFacts,
  topic: Topic,
  question: LanguageQuestions[Topic],
): LanguageAnswers[Topic] {
  return ANSWERERS[topic](facts, question);
}
