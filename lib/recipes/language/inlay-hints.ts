import type { ConfigValue } from '@/lib/recipes/config-value';
import type { LanguageFacts } from './language-facts';
import { outlineOf, type TextRange } from './outline';
import { mountOf } from './language-facts';
import { dotted } from './path-steps';
import { briefText, valueAt } from './value-text';

/** A remark behind a value: what an interpolation comes to. */
export type InlayHint = {
  /** Where it stands. */
  readonly offset: number;
  readonly text: string;
  /** What it asks for is not there. */
  readonly isMissing: boolean;
};

/** Resolved values of the interpolations between two offsets of a layer. */
export function inlayHints(facts: LanguageFacts, file: string, range: TextRange): readonly InlayHint[] {
  const text = facts.layers[file];
  const { composed } = facts;
  if (text === undefined || composed === null) return [];
  const mount = mountOf(facts, file);
  return outlineOf(text).flatMap(({ kind, value, path }) => {
    if (kind !== 'scalar' || value === null || value.end < range.start || value.start > range.end) return [];
    if (!text.slice(value.start, value.end).includes('${')) return [];
    const own = [...mount, ...path];
    const provenance = composed.provenance.get(dotted(own));
    const resolved = valueAt(composed.resolved, own);
    if (
      resolved === undefined ||
      provenance?.source?.file !== file ||
      provenance.source.start !== value.start
    )
      return [];
    return [{ offset: value.end, ...hintText(resolved, provenance.chain) }];
  });
}

function hintText(value: ConfigValue, chain: readonly string[]): Pick<InlayHint, 'text' | 'isMissing'> {
  if (value.kind !== 'string' || !value.value.includes('${'))
    return { text: `= ${briefText(value)}`, isMissing: false };
  const variable = chain.findLast((link) => link.startsWith('env:'))?.slice('env:'.length);
  return { text: variable === undefined ? 'not resolved' : `${variable} is not set`, isMissing: true };
}
