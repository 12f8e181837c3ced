import { secretRanges } from '@/lib/recipes/environment/without-secrets';
import { backendName } from './backend-name';
import { variableState } from './complete';
import { spanAt } from './definition';
import { entryAt } from './cursor';
import type { InterpolationSpan } from './interpolation-spans';
import { factsOf, type KeyFacts } from '@/lib/recipes/schema/catalogue';
import { type LanguageFacts, mountOf, placesOf, usesInView, winnerOf } from './language-facts';
import type { ConfigPath, OutlineEntry, TextRange } from './outline';
import { dotted, stepsOf, targetOf } from './path-steps';
import { briefText, valueAt } from './value-text';

/** Sections of Markdown about the word under the cursor. */
export type Hover = { readonly range: TextRange; readonly sections: readonly string[] };

export function hoverAt(facts: LanguageFacts, file: string, offset: number): Hover | null {
  const text = facts.layers[file];
  const found = text === undefined ? null : entryAt(text, offset);
  if (text === undefined || found === null || found.entry.path[0] === 'defaults') return null;
  const { entry, part } = found;
  const path = [...mountOf(facts, file), ...entry.path];
  if (part === 'key' && entry.key !== null)
    return { range: entry.key, sections: present([...keySections(facts, path), stackSection(facts, path)]) };
  const span = spanAt(text, entry, offset);
  if (span?.variable != null) return hoverVariable(facts, text, { span, variable: span.variable });
  return hoverValue(facts, { path, range: span ?? entry.value, target: targetIn(text, span, path) });
}

function targetIn(text: string, span: InterpolationSpan | null, path: ConfigPath): ConfigPath | null {
  return span?.path == null ? null : targetOf(path, stepsOf(text, span.path));
}

function hoverVariable(
  { env }: LanguageFacts,
  text: string,
  { span, variable }: { readonly span: TextRange; readonly variable: TextRange },
): Hover {
  const name = text.slice(variable.start, variable.end);
  const says = `\`${name}\` is a variable of the environment: ${variableState(env, name)}.`;
  return { range: { start: span.start, end: span.end }, sections: [says] };
}

type Value = {
  readonly path: ConfigPath;
  /** What the interpolation under the cursor reads. */
  readonly target: ConfigPath | null;
  readonly range: TextRange | null;
};

function hoverValue(facts: LanguageFacts, { path, target, range }: Value): Hover | null {
  if (range === null) return null;
  const meant = target ?? path;
  const about = target === null ? [] : keySections(facts, target);
  const sections = [
    valueSection(facts, meant),
    chainSection(facts, path),
    stackSection(facts, meant),
    ...about,
  ];
  return { range: { start: range.start, end: range.end }, sections: present(sections) };
}

function present(sections: readonly (string | null)[]): readonly string[] {
  return sections.filter((section) => section !== null);
}

function keySections(facts: LanguageFacts, path: ConfigPath): readonly (string | null)[] {
  const doc = factsOf(dotted(path));
  if (doc === null) return [`**${dotted(path)}**`];
  const { backends } = doc.appliesTo;
  const backend = backendName(facts);
  const isElsewhere = backends.length > 0 && backend !== null && !backends.includes(backend);
  return [
    `**${dotted(path)}**: ${doc.meaning}`,
    factsLine(doc),
    isElsewhere
      ? `The backend of this variant, ${backend}, does not read it; ${backends.join(', ')} does.`
      : null,
    doc.renamedTo === null ? null : `An old name: write \`${doc.renamedTo}\`.`,
  ];
}

function factsLine({ type, unit, range, allowed, readers, ...doc }: KeyFacts): string {
  const facts = [
    `Type: ${type}${range === null ? '' : `, ${range}`}${unit === null ? '' : `, in ${unit}`}`,
    doc.default === null ? null : `Default: \`${doc.default}\``,
    allowed.length === 0 ? null : `Allowed: ${allowed.map((value) => `\`${value}\``).join(', ')}`,
    readers.length === 0 ? null : `Read by: ${readers.join(', ')}`,
  ];
  return present(facts).join('  \n');
}

function valueSection({ composed }: LanguageFacts, path: ConfigPath): string | null {
  const value = valueAt(composed?.resolved, path);
  return value === undefined ? null : `**${dotted(path)}** = ${code(briefText(value, 200))}`;
}

/** Text that Markdown leaves alone. */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function chainSection({ composed, env }: LanguageFacts, path: ConfigPath): string | null {
  const chain = composed?.provenance.get(dotted(path))?.chain ?? [];
  if (chain.length === 0) return null;
  const links = chain.map((link) => {
    if (!link.startsWith('env:')) return code(link);
    const name = link.slice('env:'.length);
    return `${code(name)} (environment, ${variableState(env, name)})`;
  });
  return `Through ${links.join(' → ')}`;
}

/** Who gives the key: the one that counts first, then those that it beats. */
function stackSection(facts: LanguageFacts, path: ConfigPath): string | null {
  const places = placesOf(facts.layers, usesInView(facts), path).filter(({ entry }) => entry.kind !== 'map');
  const winner = winnerOf(facts, path);
  const override = facts.composed?.provenance.get(dotted(path))?.override;
  if (places.length === 0) return null;
  const lines = places.map((place) => {
    const text = facts.layers[place.file] ?? '';
    const line = text.slice(0, place.entry.start).split('\n').length;
    const where = `${place.file}:${line}`;
    const value = code(shorten(valueText(place.file, text, place.entry)));
    const wins = place === winner || (place.file === winner?.file && place.entry === winner.entry);
    return wins && override === undefined
      ? `- **${where}** ${value} counts`
      : `- ~~${where}~~ ${value} is beaten`;
  });
  return [...(override === undefined ? [] : [`- **override ${override + 1}** counts`]), ...lines].join('\n');
}

function valueText(file: string, text: string, { value }: OutlineEntry): string {
  if (value === null) return 'null';
  const secret = secretRanges(file, text).find(({ start, end }) => start < value.end && end > value.start);
  return secret !== undefined ? '••••••••' : text.slice(value.start, value.end).replaceAll(/\s+/g, ' ');
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
