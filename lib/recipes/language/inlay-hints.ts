import type { Provenance } from '@/lib/recipes/compose';
import type { ConfigValue } from '@/lib/recipes/config-value';
import { type LanguageFacts, mountOf } from './language-facts';
import { outlineOf, type TextRange } from './outline';
import { dotted } from './path-steps';
import { briefText, valueAt } from './value-text';

/** A remark behind a value: what its interpolation comes to, and whom it beats. */
export type InlayHint = {
  /** The value that it stands behind. */
  readonly range: TextRange;
  readonly text: string;
  /** What it asks for is not there. */
  readonly isMissing: boolean;
  /** The variable that a value for the preview would help; null without one. */
  readonly variable: string | null;
};

/** Remarks on the values between two offsets of a layer, for those that count in the variant in view. */
export function inlayHints(facts: LanguageFacts, file: string, range: TextRange): readonly InlayHint[] {
  const text = facts.layers[file];
  const { composed } = facts;
  if (text === undefined || composed === null) return [];
  const mount = mountOf(facts, file);
  return outlineOf(text).flatMap(({ value, path }) => {
    if (value === null || value.end < range.start || value.start > range.end) return [];
    const own = [...mount, ...path];
    const provenance = composed.provenance.get(dotted(own));
    if (provenance?.source?.file !== file || provenance.source.start !== value.start) return [];
    const hint = hintOf(facts, valueAt(composed.resolved, own), provenance);
    return hint === null ? [] : [{ range: { start: value.start, end: value.end }, ...hint }];
  });
}

function hintOf(
  facts: LanguageFacts,
  value: ConfigValue | undefined,
  { chain, beaten }: Provenance,
): Omit<InlayHint, 'range'> | null {
  if (chain.length > 0 && value?.kind === 'string' && value.value.includes('${'))
    return missing(facts, chain);
  const [loser] = beaten;
  const notes = [
    ...(chain.length > 0 && value !== undefined ? [`= ${briefText(value)}`] : []),
    ...(loser === undefined ? [] : [`overrides ${placeText(facts.layers, loser)}`]),
  ];
  return notes.length === 0 ? null : { text: notes.join(' · '), isMissing: false, variable: null };
}

function missing({ composed }: LanguageFacts, chain: Provenance['chain']): Omit<InlayHint, 'range'> {
  const variable = chain.findLast((link) => link.startsWith('env:'))?.slice('env:'.length) ?? null;
  if (variable === null) return { text: 'not resolved', isMissing: true, variable };
  const isPending = composed?.diagnostics.some(
    ({ code, message }) => code === 'env-unknown-until-run' && message.startsWith(`${variable} `),
  );
  const text = isPending ? `${variable} is known at the launch` : `${variable} is not set`;
  return { text: `${text} · set for the preview`, isMissing: true, variable };
}

/** `common.yaml:12`, the folder left out: it is the one in view nearly always. */
function placeText(
  layers: LanguageFacts['layers'],
  { file, start }: { file: string; start: number },
): string {
  const line = (layers[file] ?? '').slice(0, start).split('\n').length;
  return `${file.slice(file.lastIndexOf('/') + 1)}:${line}`;
}
